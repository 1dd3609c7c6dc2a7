// An authorization server for tests of signing in: oidc-provider as it is, on any free port.
// Every name and password is let in. PKCE is demanded, codes work once, refresh tokens rotate.
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const web = createServer()
web.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${web.address().port}`
  const native = {
    application_type: 'native', // a loopback redirect may then have any port (RFC 8252, 7.3)
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }
  const seconds = (name, otherwise) => Number(process.env[name] ?? otherwise)

  const provider = new Provider(issuer, {
    clients: [
      { ...native, client_id: 'public', token_endpoint_auth_method: 'none' },
      { ...native, client_id: 'basic', client_secret: 'basic: secret/+', token_endpoint_auth_method: 'client_secret_basic' },
      { ...native, client_id: 'post', client_secret: 'post & secret', token_endpoint_auth_method: 'client_secret_post' },
    ],
    cookies: { keys: ['of no worth'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    rotateRefreshToken: () => true,
    scopes: ['openid', 'offline_access', 'write'],
    ttl: {
      AccessToken: seconds('ACCESS_S', 600),
      AuthorizationCode: 60,
      Grant: 86400,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: seconds('REFRESH_S', 86400),
      Session: 3600,
    },
  })
  web.on('request', provider.callback())
  console.log(`ready ${issuer}`)
})
