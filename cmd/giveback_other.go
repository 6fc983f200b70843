//go:build !linux

package cmd

// forgetCode does nothing: only Linux says which pages are its file's.
func forgetCode() {}
