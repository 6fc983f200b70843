// Package export holds what watches the watcher: alert rules and a dashboard
// for the metrics that report.Metrics prints.
package export
