// aws-c-auth, the core of the C++ SDK, through its Node binding: one living default chain. The binding shows no keys;
// what signs shows in the signature's Credential.
const { auth, http, io } = require('aws-crt');

const provider = auth.AwsCredentialsProvider.newDefault(new io.ClientBootstrap());
const path = '/?Action=GetCallerIdentity&Version=2011-06-15';

async function sign() {
  const request = new http.HttpRequest('GET', path, new http.HttpHeaders([['Host', new URL(process.env.STS_URL).host]]));
  const signed = await auth.aws_sign_request(request, {
    algorithm: auth.AwsSigningAlgorithm.SigV4, signature_type: auth.AwsSignatureType.HttpRequestViaHeaders,
    provider, region: 'us-east-1', service: 'sts', date: new Date() });
  return [...signed.headers].filter(([name]) => name.toLowerCase() !== 'host');
}

async function get() {
  const [, value] = (await sign()).find(([name]) => name.toLowerCase() === 'authorization');
  return /Credential=([^/]+)/.exec(value)[1];
}

async function call() {
  const reply = await fetch(process.env.STS_URL + path, { headers: await sign() });
  const text = await reply.text();
  if (!reply.ok) throw new Error(text);
  return /<UserId>(.*)<\/UserId>/.exec(text)[1];
}

require('./lines.js')(get, call);
