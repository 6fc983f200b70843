// Package checklist says what a run means: it judges the checks of a profile
// on facts and returns an outcome for each, with evidence. It is pure: no
// clock, no I/O; what is known comes in as [Facts], the time as a [View].
//
// # Conditions
//
// A check's expr, and its when, is a condition in expr-lang over the facts
// below, such as
//
//	memory.max < 5*GB
//	memory.pattern in ["stable", "sawtooth"]
//	load["meal-plan"].error_rate <= 1*percent
//	signals.heap_alloc_failure.count == 0 && node.restarts == 0
//
// It may use && || not ?: and parentheses, comparisons and in [...], + - * /
// **, abs, ceil, floor, round, min and max, and on words startsWith, endsWith,
// contains and matches. The names kB MB GB TB KiB MiB GiB stand for bytes,
// second minute hour day for seconds, percent for 0.01.
//
// All facts are about one window of one target, counted from the container's
// start. A fact that could not be measured is missing, and a condition that
// reads it is undecided unless the rest decides it ("a || b" holds if a does).
// Undecided is inconclusive, never a pass. A fact may also be known in part: three
// errors in half a log disprove "no errors" and leave "under five" open.
// Dividing by a fact that is 0 is undecided, too. A curve that is not decided
// yet is missing its pattern and its leak; no fact is ever "inconclusive".
//
// # Facts
//
// METRIC is a component of a sample: usage, working_set, anon, file,
// inactive_file, shmem, kernel, slab_reclaimable, swap, limit, host_available,
// heap, cpu_ns, net_rx, net_tx, pids, fds, sockets, requests, restarts,
// oom_kills. SIGNAL is a signal rule of the profile and FIELD one of its
// captures or ratios, in bytes, bytes per hour, seconds, 0..100 for "%", or
// plain numbers, as the rule's units say. SCENARIO is a scenario of the
// profile. A name that is no plain word is written load["meal-plan"].
//
// In a rehearsal rates and hours of memory are on the schedule's clock; checks
// that read a fact marked * hang on the node's own clock and are not-due.
//
//	memory.pattern                  the shape of the curve, as known at the window's end (stable, sawtooth, linear-growth)
//	memory.leak                     whether it leaks, as known at the window's end (yes, no)
//	memory.slope                    the floor's present rate (bytes per hour)
//	memory.slope_low                the lower end of the rate's interval (bytes per hour)
//	memory.slope_high               the upper end of the rate's interval (bytes per hour)
//	memory.hours_to_wall            until the working set meets the nearest wall; without a wall in sight, without end (hours)
//	memory.pattern_changed          the last fifth of the window, or its last day, has another pattern than what came before (true or false)
//	memory.first                    the working set at the first sample (bytes)
//	memory.min                      the lowest working set (bytes)
//	memory.max                      the highest working set (bytes)
//	memory.last                     the working set at the last sample (bytes)
//	memory.METRIC.first             a component at the first sample (bytes)
//	memory.METRIC.min               its lowest value (bytes)
//	memory.METRIC.max               its highest value (bytes)
//	memory.METRIC.last              its value at the last sample (bytes)
//	signals.SIGNAL.count            log lines that the rule hit (count)
//	signals.SIGNAL.longest_run      the longest run of consecutive hits (count)
//	signals.SIGNAL.per_hour         hits per hour (per hour) *
//	signals.SIGNAL.trend            hits per hour in the second half less those in the first (per hour) *
//	signals.SIGNAL.max_gap          the longest time without a hit, from the first hit on (seconds) *
//	signals.SIGNAL.FIELD.first      a captured value at the first hit (count)
//	signals.SIGNAL.FIELD.last       its value at the last hit (count)
//	signals.SIGNAL.FIELD.min        its lowest value (count)
//	signals.SIGNAL.FIELD.max        its highest value (count)
//	signals.SIGNAL.FIELD.mean       its mean over the hits (count)
//	log.lines                       log lines read (count)
//	log.complete                    the log was read over the whole window (true or false)
//	node.restarts                   lives that began after the first (count)
//	node.deaths                     processes that died inside, and the main process if it failed for good (count)
//	node.oom_kills                  processes that the kernel killed for memory (count)
//	node.exits                      ends of the main process (count)
//	node.running                    the main process runs at the window's end (true or false)
//	node.up                         how long the present life lasts at the window's end (seconds) *
//	node.health                     the engine's last word on its health check (healthy, unhealthy, starting, none)
//	node.availability               health requests that were answered below 400 (share)
//	node.response_p95               95 of 100 health requests were answered within (ms)
//	load.requests                   requests of all scenarios (count)
//	load.errors                     requests that failed (count)
//	load.error_rate                 the part of requests that failed (share)
//	load.p50                        median latency (ms)
//	load.p95                        95 of 100 requests were answered within (ms)
//	load.p99                        99 of 100 requests were answered within (ms)
//	load.max                        the slowest answer (ms)
//	load.drift                      p95 in the window's last quarter over p95 in its first (factor)
//	load.SCENARIO.requests          requests of one scenario (count)
//	load.SCENARIO.errors            those that failed (count)
//	load.SCENARIO.error_rate        the part of them that failed (share)
//	load.SCENARIO.p50               their median latency (ms)
//	load.SCENARIO.p95               95 of 100 of them were answered within (ms)
//	load.SCENARIO.p99               99 of 100 of them were answered within (ms)
//	load.SCENARIO.max               the slowest of them (ms)
//	load.SCENARIO.drift             their p95 in the last quarter over that in the first (factor)
//	load.SCENARIO.spike             the highest working set within 60 s of a firing, less the level before it; the worst firing (bytes)
//	load.SCENARIO.recovered         after each firing the working set came back to 10 % or 20 MB of the level before it (true or false)
//	tap.requests                    what the node asked another service for, counted by a tap (count)
//	tap.unreachable                 connections that the other service did not take (count)
//	tap.status_CODE                 answers of that status, such as tap.status_404 (count)
//	tap.not_found                   answers of status 404 (count)
//	tap.keys                        distinct things asked for (count)
//	tap.missing_keys                those of them that answered 404 (count)
//	tap.for_missing                 requests for them (count)
//	tap.concurrent                  requests for a missing one before the node could know (count)
//	tap.repeats                     requests for one that had answered 404 before (count)
//	tap.retries                     repeats within a minute (count)
//	tap.requests_per_key            requests for each thing, from the tap's beginning on (count)
//	tap.requests_per_missing_key    1 and the repeats of each missing one, from the tap's beginning on (count)
//	tap.requests_per_client_request what the node asked for, for each request of the load (count)
package checklist
