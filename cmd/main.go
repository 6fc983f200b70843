// Package cmd is the command line: one file per subcommand, and the only
// place that knows cobra, flags, the environment and exit codes.
package cmd

// Main runs the command line and returns the exit code.
func Main(args []string) int { return 0 }
