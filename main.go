// Leakcheck diagnoses memory leaks and runs soak tests; README.md shows how.
package main

import (
	"os"

	"leakcheck/cmd"
)

func main() { os.Exit(cmd.Main(os.Args[1:])) }
