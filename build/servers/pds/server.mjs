// A did:plc directory in memory and a PDS that uses it, with two accounts. All of it
// listens on 127.0.0.1 and keeps its files in DATA.
//
// Prints "ready URL JSON"; the JSON has the accounts.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'

// The settings are read when the modules are loaded, so both come after them.
process.env.LOG_ENABLED = 'false'
const { Database, PlcServer } = createRequire(import.meta.url)('@did-plc/server')

// The port is taken before the program is made, since its name for itself contains the
// port. The program is then given the server that already listens.
async function listener() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
function attach(app, server) {
  app.listen = () => {
    server.on('request', app)
    setImmediate(() => server.emit('listening'))
    return server
  }
  return server.address().port
}

const plcServer = await listener()
const plc = PlcServer.create({ db: Database.mock(), port: plcServer.address().port })
attach(plc.app, plcServer)
await plc.start()

const pdsServer = await listener()
const port = pdsServer.address().port
const data = process.env.DATA
const folder = (name) => {
  const dir = path.join(data, name)
  mkdirSync(dir, { recursive: true })
  return dir
}
Object.assign(process.env, {
  PDS_HOSTNAME: 'localhost',
  PDS_PORT: String(port),
  PDS_DEV_MODE: 'true',
  PDS_DISABLE_SSRF_PROTECTION: 'true',
  PDS_DATA_DIRECTORY: folder('pds'),
  PDS_BLOBSTORE_DISK_LOCATION: folder('blobs'),
  PDS_BLOBSTORE_DISK_TMP_LOCATION: folder('uploads'),
  PDS_DID_PLC_URL: `http://127.0.0.1:${plcServer.address().port}`,
  PDS_INVITE_REQUIRED: 'false',
  PDS_SERVICE_HANDLE_DOMAINS: '.test',
  PDS_JWT_SECRET: randomBytes(16).toString('hex'),
  PDS_DPOP_SECRET: randomBytes(32).toString('hex'),
  PDS_ADMIN_PASSWORD: randomBytes(16).toString('hex'),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: randomBytes(32).toString('hex'),
  PDS_RATE_LIMITS_ENABLED: 'false',
})
const { PDS } = await import('@atproto/pds')
const pds = await PDS.fromEnv()
attach(pds.app, pdsServer)
await pds.start()

const url = `http://localhost:${port}`
async function call(method, body, token) {
  const reply = await fetch(`http://127.0.0.1:${port}/xrpc/${method}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  if (!reply.ok) throw new Error(`${method}: ${reply.status} ${await reply.text()}`)
  return reply.json()
}
async function account(name) {
  const handle = `${name}.test`
  const password = randomBytes(12).toString('hex')
  const made = await call('com.atproto.server.createAccount', { handle, email: `${name}@example.test`, password })
  const app = await call('com.atproto.server.createAppPassword', { name: 'tests' }, made.accessJwt)
  return { did: made.did, handle, password, appPassword: app.password }
}
const accounts = [await account('alice'), await account('bob')]
console.log(`ready ${url} ${JSON.stringify(accounts)}`)
