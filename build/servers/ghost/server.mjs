// A Ghost with an owner and a custom integration. It listens on 127.0.0.1 and keeps its files in DATA.
// GHOST names the folder with Ghost itself, and FIRST, if it is set, what another run of this left in its
// DATA, with what that one printed in keys.json: both are only read. Setting a site up takes Ghost long.
//
// Prints "ready URL JSON"; the JSON has the version, and the Admin and the Content API key.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

const data = process.env.DATA
const ghost = process.env.GHOST
const first = process.env.FIRST

const free = createServer().listen(0, '127.0.0.1')
await once(free, 'listening')
const { port } = free.address()
free.close()
const url = `http://127.0.0.1:${port}`
const content = path.join(data, 'content')
if (first) cpSync(first, data, { recursive: true })
else cpSync(path.join(ghost, 'content'), content, { recursive: true })

function fail(why) {
  console.error(why)
  process.exit(1)
}
const server = spawn(process.execPath, ['index.js'], {
  cwd: ghost,
  stdio: ['ignore', 'pipe', 2],
  env: {
    ...process.env,
    NODE_ENV: 'production',
    url,
    server__host: '127.0.0.1',
    server__port: String(port),
    database__client: 'better-sqlite3',
    database__connection__filename: path.join(data, 'ghost.db'),
    database__useNullAsDefault: 'true',
    paths__contentPath: content + path.sep,
    mail__transport: 'Direct',
    logging__transports: '["stdout"]',
    logging__level: 'info',
    // Nobody elsewhere is told of it, and nobody signs in by e-mail.
    privacy__useUpdateCheck: 'false',
    privacy__useGravatar: 'false',
    privacy__useRpcPing: 'false',
    explore__update_url: '',
    security__staffDeviceVerification: 'false',
  },
})
// It answers before it is ready for everything, and says when it is.
let booted = false
let heard = ''
server.stdout.on('data', (said) => {
  heard = (heard + said).slice(-1000)
  booted ||= heard.includes('Ghost booted in')
  process.stderr.write(said)
})
server.on('error', (why) => fail(why.message))
server.on('exit', (code) => fail(`Ghost ended with ${code}`))
process.on('exit', () => server.kill('SIGKILL'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1)) // by themselves they skip "exit"

const admin = `${url}/ghost/api/admin`
for (let tries = 0; ; tries++) {
  const answer = booted && (await fetch(`${admin}/site/`).catch(() => undefined))
  if (answer?.ok) break
  if (tries > 1000) fail('Ghost does not answer')
  await new Promise((wake) => setTimeout(wake, 100))
}
const keys = first ? JSON.parse(readFileSync(path.join(first, 'keys.json'))) : await setUp()
console.log(`ready ${url} ${JSON.stringify(keys)}`)

async function setUp() {
  const cookies = new Map()
  async function post(route, body) {
    const answer = await fetch(`${admin}/${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: url, Cookie: [...cookies.values()].join('; ') },
      body: JSON.stringify(body),
    })
    if (!answer.ok) fail(`${route}: ${answer.status} ${await answer.text()}`)
    for (const set of answer.headers.getSetCookie()) cookies.set(set.split('=')[0], set.split(';')[0])
    return answer
  }
  const owner = { email: 'owner@example.com', password: randomBytes(12).toString('hex') }
  await post('authentication/setup/', { setup: [{ name: 'Owner', blogTitle: 'Test site', ...owner }] })
  await post('session/', { username: owner.email, password: owner.password })
  const made = await (await post('integrations/?include=api_keys', { integrations: [{ name: 'Postbag' }] })).json()
  const { site } = await (await fetch(`${admin}/site/`)).json()
  return Object.fromEntries([['version', site.version], ...made.integrations[0].api_keys.map((key) => [key.type, key.secret])])
}
