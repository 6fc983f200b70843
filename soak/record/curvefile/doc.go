// Package curvefile reads memory curves from files that something else wrote:
// CSV and JSON lines, plain or gzipped, and the lines of
// `docker stats --format json`. It streams: memory does not grow with a file,
// whatever is in it.
package curvefile
