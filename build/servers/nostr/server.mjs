// A Nostr relay for tests: @nostr-relay/core and its validator as they are, on any free port, speaking
// through ws. What they store is kept in memory; what they accept, refuse and answer is theirs.
import { createServer } from 'node:http'
import { EventRepository, createOutgoingNoticeMessage } from '@nostr-relay/common'
import { NostrRelay } from '@nostr-relay/core'
import { Validator } from '@nostr-relay/validator'
import { WebSocketServer } from 'ws'

class Memory extends EventRepository {
  events = new Map()
  isSearchSupported() {
    return false
  }
  upsert(event) {
    const isDuplicate = this.events.has(event.id)
    this.events.set(event.id, event)
    return { isDuplicate }
  }
  find(filter) {
    const found = [...this.events.values()].filter((event) => matches(filter, event))
    found.sort((a, b) => b.created_at - a.created_at)
    return found.slice(0, filter.limit ?? 500)
  }
  async deleteByDeletionRequest(wish) {
    for (const [name, id] of wish.tags) {
      if (name === 'e' && this.events.get(id)?.pubkey === wish.pubkey) this.events.delete(id)
    }
  }
  async destroy() {}
}

const matches = (filter, event) =>
  (!filter.ids || filter.ids.includes(event.id)) &&
  (!filter.authors || filter.authors.includes(event.pubkey)) &&
  (!filter.kinds || filter.kinds.includes(event.kind)) &&
  (filter.since === undefined || event.created_at >= filter.since) &&
  (filter.until === undefined || event.created_at <= filter.until)

const relay = new NostrRelay(new Memory())
const validator = new Validator()

const web = createServer((_, answer) => {
  answer.setHeader('Content-Type', 'application/nostr+json')
  answer.end(JSON.stringify({ name: 'test', supported_nips: [1, 9, 11], limitation: { max_content_length: 102400 } }))
})
const sockets = new WebSocketServer({ server: web, maxPayload: 128 * 1024 })
sockets.on('connection', (socket) => {
  relay.handleConnection(socket)
  socket.on('message', async (data) => {
    try {
      await relay.handleMessage(socket, await validator.validateIncomingMessage(data))
    } catch (error) {
      socket.send(JSON.stringify(createOutgoingNoticeMessage(error.message)))
    }
  })
  socket.on('close', () => relay.handleDisconnect(socket))
  socket.on('error', () => relay.handleDisconnect(socket))
})
web.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${web.address().port}`))
