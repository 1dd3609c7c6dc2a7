// A WordPress with a database of its own, an author, and an application password for it. All of it
// listens on 127.0.0.1 or on a socket in DATA, and keeps its files in DATA. WORDPRESS names the folder
// with WordPress itself, which is only read.
//
// Prints "ready URL JSON"; the JSON has the author's name and password.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const data = process.env.DATA
const here = path.dirname(fileURLToPath(import.meta.url))
const socket = path.join(data, 'db.sock')
// A database that starts removes what others have in the folder for temporary tables, and two may start at once.
const options = [
  '--no-defaults',
  `--user=${userInfo().username}`,
  `--datadir=${path.join(data, 'db')}`,
  `--tmpdir=${path.join(data, 'tmp')}`,
  '--innodb-use-native-aio=0',
]
process.env.PATH += `${path.delimiter}/usr/sbin${path.delimiter}/usr/local/sbin` // where mariadbd is

// Workers outlive a parent that is killed, so each program is a group and the group is ended.
const groups = []
process.on('exit', () => {
  for (const pid of groups) {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // it has ended
    }
  }
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1)) // by themselves they skip "exit"
function run(program, args, env = {}) {
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } })
  child.on('error', (why) => fail(`${program}: ${why.message}`))
  child.on('exit', (code) => fail(`${program} ended with ${code}`))
  groups.push(child.pid)
}
function fail(why) {
  console.error(why)
  process.exit(1)
}
function finish(program, args) {
  const done = spawnSync(program, args, { encoding: 'utf8' })
  if (done.status !== 0) fail(`${program}: ${done.error?.message ?? ''}${done.stdout}${done.stderr}`)
  return done.stdout
}

const free = createServer().listen(0, '127.0.0.1')
await once(free, 'listening')
const { port } = free.address()
free.close()
const url = `http://127.0.0.1:${port}`
Object.assign(process.env, { WORDPRESS_URL: url, WORDPRESS_SOCKET: socket })
for (const folder of ['db', 'tmp', 'wp-content/themes', 'wp-content/plugins', 'wp-content/uploads']) {
  mkdirSync(path.join(data, folder), { recursive: true })
}

finish('mariadb-install-db', [...options, '--auth-root-authentication-method=normal', '--skip-test-db'])
run('mariadbd', [...options, `--socket=${socket}`, '--skip-networking', '--innodb-flush-log-at-trx-commit=0'])
const author = finish('php', [path.join(here, 'setup.php')]).trim()
run(
  'php',
  ['-d', 'upload_max_filesize=4M', '-d', 'post_max_size=8M', '-S', `127.0.0.1:${port}`, '-t', process.env.WORDPRESS, path.join(here, 'router.php')],
  { PHP_CLI_SERVER_WORKERS: '4' },
)
for (let tries = 0; ; tries++) {
  const answer = await fetch(`${url}/wp-json/`).catch(() => undefined)
  if (answer?.ok) break
  if (tries > 600) fail('WordPress does not answer')
  await new Promise((wake) => setTimeout(wake, 100))
}
console.log(`ready ${url} ${author}`)
