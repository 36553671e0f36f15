// The SDK for JavaScript v2: one living default chain.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
const AWS = require('aws-sdk');

const config = new AWS.Config({ region: 'us-east-1' });
const get = () => new Promise((resolve, reject) => config.getCredentials((error) => {
  if (error) return reject(error);
  config.credentials.expiryWindow = 300; // its default of 15 s would outlast the test
  return resolve(config.credentials.accessKeyId);
}));
const call = async () => {
  await get();
  const client = new AWS.STS({ endpoint: process.env.STS_URL, region: 'us-east-1', credentials: config.credentials });
  return (await client.getCallerIdentity().promise()).UserId;
};
require('./lines.js')(get, call);
