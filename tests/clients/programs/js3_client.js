// The SDK for JavaScript v3: one living default chain, as a client of STS holds it.
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');

const client = new STSClient({ region: 'us-east-1', endpoint: process.env.STS_URL });
require('./lines.js')(
  async () => (await client.config.credentials()).accessKeyId,
  async () => (await client.send(new GetCallerIdentityCommand({}))).UserId);
