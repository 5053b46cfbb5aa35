// An OpenID Connect issuer in a process of its own: npm's oidc-provider with the people and programs that a test gives it as JSON in the first line of its
// standard input. It prints its port, and ends with its input.
(async () => {
  const { Provider } = await import('oidc-provider');
  const { generateKeyPairSync } = require('node:crypto');
  const http = require('node:http');
  const lines = require('node:readline').createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { audience, people, clients } = JSON.parse((await lines.next()).value);

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const issuer = `http://127.0.0.1:${port}`;
  const claimsOf = (id) => people[id] ?? clients[id]?.claims ?? {};
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...rsa, kid: 'rsa', use: 'sig' }, { ...ec, kid: 'ec', use: 'sig', alg: 'ES256' }] },
    cookies: { keys: ['test'] },
    clients: Object.entries(clients).map(([client_id, { secret, redirectUri }]) => ({
      client_id,
      client_secret: secret,
      token_endpoint_auth_method: secret ? 'client_secret_post' : 'none',
      application_type: 'native',
      grant_types: redirectUri ? ['authorization_code'] : ['client_credentials'],
      response_types: redirectUri ? ['code'] : [],
      redirect_uris: redirectUri ? [redirectUri] : [],
    })),
    findAccount: (ctx, id) => (people[id] ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) } : undefined),
    // People sign in by their name alone: who they are is not what is tested here.
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) => ({
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          scope: 'notifications:send notifications:read admin',
          jwt: { sign: { alg: clients[client.clientId].algorithm ?? 'RS256' } },
        }),
      },
    },
    extraTokenClaims: (ctx, token) => claimsOf(token.accountId ?? token.clientId),
    pkce: { required: () => true },
  });
  server.on('request', provider.callback());
  console.log(port);
  await lines.next();
  process.exit(0);
})();
