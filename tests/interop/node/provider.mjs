// A real OpenID provider (npm oidc-provider) on the loopback, with its own pages for signing in and
// consenting. Driven by JSON lines (../../node/jsonlines.mjs). Commands:
//   start {client, redirect_uri, in_token?}  -> {issuer}; client is {client_id, client_secret?, …};
//                                              in_token: the ID token holds the claims of the scopes
//   people {people}                         by what they sign in with: {ann: {email, …}}
//   rotate                                  it signs by a new key from now on
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'

// Standard output is for answers.
console.log = console.info = console.warn = console.error
const { Provider } = await import('oidc-provider')
const { serve } = await import('../../node/jsonlines.mjs')

const people = {}
let current
const server = createServer((request, response) => current(request, response))
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`
let settings

function start ({ client, redirect_uri: redirectUri, in_token: inToken = false }) {
  settings = {
    clients: [{ redirect_uris: [redirectUri], ...client }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: !inToken,
    cookies: { keys: ['of the provider'] },
    pkce: { required: () => true },
    findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) })
  }
  renew()
  return { issuer }
}

function renew () {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig' }
  current = new Provider(issuer, { ...settings, jwks: { keys: [key] } }).callback()
}

serve({
  start,
  people: ({ people: given }) => { Object.assign(people, given) },
  rotate: renew
})
