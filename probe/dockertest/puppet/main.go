// Puppet runs in the containers of tests and does as it is told over HTTP on
// port 8080: holds memory, writes logs, starts children, dies.
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

var (
	mu     sync.Mutex
	held   [][]byte
	opened []*os.File
	dialed []net.Conn
)

func main() {
	go func() {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		<-stop
		os.Exit(143)
	}()
	if len(os.Args) == 3 && os.Args[1] == "hold" {
		mb, _ := strconv.Atoi(os.Args[2])
		hold(mb)
		select {}
	}
	for path, do := range map[string]func(number func(string) int){
		"/alloc": func(n func(string) int) { hold(n("mb")) },
		"/free":  func(func(string) int) { free() },
		"/exit":  func(n func(string) int) { os.Exit(n("code")) },
		"/child": func(n func(string) int) { child(n("mb")) },
		"/file":  func(n func(string) int) { file("/tmp/file", n("mb")) },
		"/shm":   func(n func(string) int) { file("/dev/shm/file", n("mb")) },
		"/log":   func(n func(string) int) { write(n("from"), n("lines"), n("size")) },
		"/open":  func(n func(string) int) { open(n("files")) },
		"/dial":  func(n func(string) int) { dial(n("connections")) },
		"/kill":  func(n func(string) int) { _ = syscall.Kill(n("pid"), syscall.SIGKILL) },
		"/":      func(func(string) int) {},
	} {
		http.HandleFunc(path, func(_ http.ResponseWriter, r *http.Request) {
			do(func(key string) int { n, _ := strconv.Atoi(r.FormValue(key)); return n })
		})
	}
	if len(os.Args) > 2 && os.Args[1] == "log" {
		go logForever(os.Args[2], len(os.Args) > 3 && os.Args[3] == "stdout")
	}
	if text := os.Getenv("SAY"); text != "" {
		go func() {
			for range time.Tick(200 * time.Millisecond) {
				fmt.Println(text)
			}
		}()
	}
	fmt.Println("puppet ready")
	if err := http.ListenAndServe(":8080", nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// hold maps memory and touches every page of it, outside the Go heap.
func hold(mb int) {
	if mb <= 0 {
		return
	}
	b, err := syscall.Mmap(-1, 0, mb<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mmap:", err)
		return
	}
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	mu.Lock()
	held = append(held, b)
	mu.Unlock()
}

func free() {
	mu.Lock()
	defer mu.Unlock()
	for _, b := range held {
		_ = syscall.Munmap(b)
	}
	held = nil
}

// open opens files and keeps them open.
func open(files int) {
	mu.Lock()
	defer mu.Unlock()
	for range files {
		f, err := os.Open("/app")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		opened = append(opened, f)
	}
}

// dial opens connections to itself and keeps them.
func dial(connections int) {
	mu.Lock()
	defer mu.Unlock()
	for range connections {
		c, err := net.Dial("tcp", "127.0.0.1:8080")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		dialed = append(dialed, c)
	}
}

// child starts this program again, to hold memory in a process of its own.
func child(mb int) {
	cmd := exec.Command("/app", "hold", strconv.Itoa(mb))
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		return
	}
	go func() { _ = cmd.Wait() }()
	fmt.Println("child", cmd.Process.Pid)
}

func file(path string, mb int) {
	_ = os.MkdirAll(filepath.Dir(path), 0o755)
	if err := os.WriteFile(path, make([]byte, mb<<20), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// write writes numbered lines, every third to standard error, of about size bytes.
func write(from, lines, size int) {
	out, err := bufio.NewWriterSize(os.Stdout, 64<<10), bufio.NewWriterSize(os.Stderr, 64<<10)
	pad := strings.Repeat("x", max(0, size-20))
	for i := from; i < from+lines; i++ {
		w := out
		if i%3 == 0 {
			w = err
		}
		_, _ = fmt.Fprintf(w, "line %d %s\n", i, pad)
	}
	_ = out.Flush()
	_ = err.Flush()
}

// logForever writes a line each interval; plain writes to standard output
// alone, whose lines keep their order.
func logForever(every string, plain bool) {
	interval, err := time.ParseDuration(every)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	for i := 0; ; i++ {
		if plain {
			fmt.Printf("line %d %s\n", i, strings.Repeat("x", 20))
		} else {
			write(i, 1, 40)
		}
		time.Sleep(interval)
	}
}
