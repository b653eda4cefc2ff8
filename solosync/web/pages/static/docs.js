// Shows the API's description with ReDoc.
const text = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
const code = 'ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace'
Redoc.init(
  '/api/schema/',
  {
    sortRequiredPropsFirst: true,
    jsonSampleExpandLevel: 3,
    theme: {
      colors: { primary: { main: '#3451d1' } },
      typography: {
        fontFamily: text,
        headings: { fontFamily: text },
        code: { fontFamily: code },
      },
    },
  },
  document.getElementById('description'),
)
