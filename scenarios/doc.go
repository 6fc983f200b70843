// Package scenarios holds what leakcheck does to a node and expects of it: the
// profiles. A profile is a YAML file, embedded here or the user's own; this
// package finds, reads and merges profiles and says what is wrong with one.
//
// # The language
//
//	name: shop                       # what it is called in reports
//	extends: jvm                     # a built-in profile, or a file next to this one
//	summary: our shop
//	match: {names: ["shop-*"], images: ["*/shop"]}    # globs; a name wins over an image
//	service: {port: 8080, health: /actuator/health}   # where load goes; by HTTPS with tls: {ca: FILE, cert: FILE, key: FILE}
//	ceiling: 2GB                     # memory it must stay under
//
//	scenarios:                       # what clients do, step by step
//	  checkout:
//	    workers: 5                   # so many at the same time
//	    steps:
//	      - path: /cart
//	      - method: POST
//	        path: /checkout
//	        headers: {Authorization: "Bearer ${env:SHOP_TOKEN}"}
//	        body: '{"items": 3}'
//	        expect: {status: [201], text: order}
//
//	load:                            # for --load gentle and --load full
//	  gentle:
//	    - name: steady               # a phase without for: lasts to the end
//	      fire:
//	        - {scenario: checkout, every: 30s}
//
//	signals:                         # what a log line says
//	  - name: pool
//	    pattern: 'pool size (?P<size>\d+), (?P<held>\d+)MB held'
//	    units: {held: MB}            # becomes bytes
//	    example: pool size 12, 40MB held
//	    values: {size: 12, held: 40000000}
//
//	checks:                          # what must hold, by window from the container's start
//	  - id: pool-bounded-24h
//	    text: The pool stays under 100 connections
//	    window: {to: 24h}
//	    expr: signals.pool.size.max < 100
//	    when: signals.pool.count > 0
//	    missing: no pool line was read; the shop prints one every minute
//	    optional: true               # a healthy node may print none: then it is open, and no verdict waits for it
//	    severity: warn               # else a check fails
//	    hint: Look for connections that are not given back.
//	    next: docker logs {container} | grep pool | tail
//
//	files:                           # what must stand in a file of the image
//	  - {id: patched, text: The patch is in, paths: ["/app/*.properties"], contains: pool.max=100}
//	rollback: ["docker compose up -d --no-deps {service}"]
//
// Captures of three names mean the same everywhere, in bytes: rss, the process's
// own figure of its memory, from which a curve is drawn where the log reaches
// back further than the samples; and beside it heap and external, the counters
// of its runtime, which say in which memory growth is.
//
// Package soak documents every key, package checklist the facts and operators
// of conditions; Schema has both for editors.
//
// # Extending
//
// A profile lays itself over the one it extends. Signals are merged by name,
// checks and files by id, scenarios by name, key by key: a check that gives
// only its id and a severity changes only the severity. Other lists and
// mappings replace what was there, a load level as a whole. Name, summary and
// match are a profile's own. What does not suit is dropped, together with what
// uses it:
//
//	extends: jvm
//	checks:
//	  - {id: no-leak, severity: warn}
//	drop: {checks: [answers, heap-after-full-gc], signals: [full_gc]}
package scenarios
