// A node that leaks a closure in one route, Buffers in another, and nothing in
// a third.
const http = require('http');
const kept = [];
const routes = {
  '/closure': () => {
    const rows = new Array(62500).fill(Math.random()); // 500 kB of doubles on the heap
    kept.push(() => rows.length);
  },
  '/buffers': () => { kept.push(Buffer.alloc(1_000_000, 1)); },
  '/clean': () => new Array(62500).fill(Math.random()).length,
};
http.createServer((req, res) => {
  const route = routes[req.url];
  if (route) route();
  res.statusCode = route || req.url === '/' ? 200 : 404;
  res.end('ok\n');
}).listen(Number(process.argv[2]), '127.0.0.1');
const log = () => {
  const m = process.memoryUsage();
  const mb = n => (n / 1e6).toFixed(2) + 'MB';
  console.log(`[Memory Monitor] RSS: ${mb(m.rss)}, Heap: ${mb(m.heapUsed)} / ${mb(m.heapTotal)}, External: ${mb(m.external)}`);
};
setInterval(log, 250).unref();
