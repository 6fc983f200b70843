package demonode

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// handler is the node's API.
func (n *node) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/records", n.records)
	mux.HandleFunc("GET /api/health", n.health)
	mux.HandleFunc("GET /debug/truth", n.truth)
	return mux
}

func (n *node) records(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	kind := q.Get("recordType")
	limit, err := number(q.Get("limit"), usualLimit[kind])
	depth, derr := number(q.Get("resolveDepth"), 0)
	if usualLimit[kind] == 0 || err != nil || derr != nil {
		http.Error(w, `recordType must be workout or mealPlan, limit and resolveDepth numbers from 0`, http.StatusBadRequest)
		return
	}
	read, err := n.svc.query(r.Context(), time.Now(), kind, depth, limit)
	if err != nil {
		n.log.line("❌", "Error in records: %v", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"recordType":%q,"records":%d,"resolved":%d}`+"\n", kind, limit, read)
}

func (n *node) health(w http.ResponseWriter, _ *http.Request) {
	if err := n.svc.count("health"); err != nil {
		http.Error(w, "out of memory", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintln(w, `{"status":"ok"}`)
}

// number reads a count of at most 1,000 from a query, or takes the usual one.
func number(s string, usual int) (int, error) {
	if s == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1000 {
		return 0, fmt.Errorf("%q is no number from 0 to 1000", s)
	}
	return n, nil
}
