// The peer Hocuspocus as its documentation sets it up: its server and its SQLite extension, with their defaults.
import { SQLite } from '@hocuspocus/extension-sqlite'
import { Server } from '@hocuspocus/server'

const [port, database] = process.argv.slice(2)
await new Server({
  port: Number(port), address: '127.0.0.1', quiet: true, extensions: [new SQLite({ database })]
}).listen()
