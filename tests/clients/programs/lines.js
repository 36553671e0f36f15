// The lines that every JavaScript client reads and writes; see clients_test.py.
const readline = require('readline');

module.exports = async (get, call) => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = { access_key: await (line.trim() === 'call' ? call() : get()) };
    } catch (error) {
      answer = { error: String((error && (error.message || error.name)) || error) };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
  process.exit(0);
};
