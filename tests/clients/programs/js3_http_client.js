// The SDK for JavaScript v3: the providers of credential-providers named one by one instead of the chain.
const { fromHttp, fromInstanceMetadata, fromProcess } = require('@aws-sdk/credential-providers');
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');

const credentials = { container: fromHttp, imds: fromInstanceMetadata, process: fromProcess }[process.env.FORM]();
const client = new STSClient({ region: 'us-east-1', endpoint: process.env.STS_URL, credentials });
require('./lines.js')(
  async () => (await client.config.credentials()).accessKeyId,
  async () => (await client.send(new GetCallerIdentityCommand({}))).UserId);
