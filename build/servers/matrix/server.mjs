// A Matrix homeserver with two accounts, which talks to no other server. It listens on 127.0.0.1 and
// keeps its files in DATA. DENDRITE names the program. What it accepts, refuses and answers is its own.
//
// Prints "ready URL JSON"; the JSON has the accounts' names and passwords.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

const data = process.env.DATA
const name = 'matrix.test'

const free = createServer().listen(0, '127.0.0.1')
await once(free, 'listening')
const { port } = free.address()
free.close()
const url = `http://127.0.0.1:${port}`

const key = path.join(data, 'key.pem')
writeFileSync(
  key,
  `-----BEGIN MATRIX PRIVATE KEY-----\nKey-ID: ed25519:test\n\n${randomBytes(32).toString('base64')}\n-----END MATRIX PRIVATE KEY-----\n`,
  { mode: 0o600 },
)
const store = (part) => ({ connection_string: `file:${path.join(data, part)}.db` })
const settings = path.join(data, 'dendrite.json') // JSON is YAML
writeFileSync(
  settings,
  JSON.stringify({
    version: 2,
    global: {
      server_name: name,
      private_key: key,
      disable_federation: true,
      jetstream: { in_memory: true, storage_path: data },
    },
    client_api: { registration_disabled: false, rate_limiting: { enabled: false } },
    federation_api: { database: store('federation') },
    key_server: { database: store('keys') },
    media_api: { database: store('media'), base_path: path.join(data, 'media'), max_file_size_bytes: 1 << 20 },
    mscs: { database: store('mscs') },
    relay_api: { database: store('relay') },
    room_server: { database: store('rooms') },
    sync_api: { database: store('sync') },
    user_api: { account_database: store('accounts'), bcrypt_cost: 4 },
    logging: [{ type: 'std', level: 'warn' }],
  }),
)

function fail(why) {
  console.error(why)
  process.exit(1)
}
const server = spawn(
  process.env.DENDRITE,
  ['--config', settings, '--http-bind-address', `127.0.0.1:${port}`, '--https-bind-address', '127.0.0.1:0', '--really-enable-open-registration'],
  { cwd: data, stdio: ['ignore', 2, 2] },
)
server.on('error', (why) => fail(why.message))
server.on('exit', (code) => fail(`the homeserver ended with ${code}`))
process.on('exit', () => server.kill('SIGKILL'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1)) // by themselves they skip "exit"

for (let tries = 0; ; tries++) {
  const answer = await fetch(`${url}/_matrix/client/versions`).catch(() => undefined)
  if (answer?.ok) break
  if (tries > 600) fail('the homeserver does not answer')
  await new Promise((wake) => setTimeout(wake, 100))
}
const accounts = []
for (const username of ['ana', 'bob']) {
  const password = randomBytes(12).toString('hex')
  const answer = await fetch(`${url}/_matrix/client/v3/register`, {
    method: 'POST',
    body: JSON.stringify({ username, password, auth: { type: 'm.login.dummy' } }),
  })
  const said = await answer.json()
  if (!answer.ok) fail(`${username} cannot be registered: ${JSON.stringify(said)}`)
  accounts.push({ user: said.user_id, password, token: said.access_token })
}
console.log(`ready ${url} ${JSON.stringify(accounts)}`)
