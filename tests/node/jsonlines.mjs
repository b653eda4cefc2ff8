// One JSON command per line on stdin, one JSON answer per line on stdout, in the same order.
//   {"seq": 1, "cmd": "state"}  ->  {"seq": 1, "ok": true, "result": ...}  or  {"seq": 1, "ok": false, "error": "..."}
// `result` is null where a command has nothing to tell. The end of stdin ends the program.
import readline from 'node:readline'

export async function serve (commands) {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const { seq, cmd, ...args } = JSON.parse(line)
    process.stdout.write(JSON.stringify({ seq, ...await answer(commands, cmd, args) }) + '\n')
  }
  process.exit(0)
}

async function answer (commands, cmd, args) {
  if (!Object.hasOwn(commands, cmd)) {
    return { ok: false, error: `unknown command ${cmd}; there are ${Object.keys(commands).join(', ')}` }
  }
  try {
    return { ok: true, result: await commands[cmd](args) ?? null }
  } catch (error) {
    return { ok: false, error: error.stack }
  }
}
