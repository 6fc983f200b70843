package probe

import "fmt"

// explainEnd says what the exit code of a process of this machine means, of
// which no engine knows more.
func explainEnd(code int) string {
	switch code {
	case 137:
		return "ended with exit code 137: killed (SIGKILL), by the kernel for memory or by somebody; the kernel's log tells"
	case 139:
		return "ended with exit code 139: it crashed (SIGSEGV)"
	}
	return ExplainExit(code, false)
}

// ExplainExit says what the exit code of a container means.
func ExplainExit(code int, oom bool) string {
	text := fmt.Sprintf("ended with exit code %d", code)
	switch {
	case oom && code == 137:
		return text + ": killed by the kernel for memory (OOM)"
	case oom:
		return text + ", after the kernel killed inside it for memory (OOM)"
	case code == 137:
		return text + ": killed (SIGKILL) from outside, with no OOM kill; `docker kill`, `docker stop` after its grace period, or an engine that stops"
	case code == 134:
		return text + ": it aborted (SIGABRT), as V8 does at its heap limit, or a JVM that crashes"
	case code == 139:
		// The kernel keeps SIGABRT from a container's first process, so that
		// abort(3) goes on to crash it.
		return text + ": it crashed (SIGSEGV), or it aborted as the container's first process, as V8 does at its heap limit"
	case code == 143:
		return text + ": it was asked to stop (SIGTERM)"
	case code == 130:
		return text + ": it was interrupted (SIGINT)"
	case code == 0:
		return text + ": it finished"
	case code == 125 || code == 126 || code == 127:
		return text + ": its command could not be run"
	case code > 128 && code < 160:
		return text + fmt.Sprintf(": killed by signal %d", code-128)
	}
	return text
}
