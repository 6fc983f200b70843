package demonode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// relay is the GUN relay: it has most souls and answers 404, with a body of
// 30 kB, for the rest.
func relay(delay time.Duration) http.Handler {
	absent := bytes.Repeat([]byte("soul not found. "), bodySize/16)
	found := []byte(`{"data":"` + string(bytes.Repeat([]byte("x"), 500)) + `"}`)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /get", func(w http.ResponseWriter, r *http.Request) {
		if delay > 0 {
			time.Sleep(delay)
		}
		status, body := http.StatusOK, found
		if isMissing(r.URL.Query().Get("soul")) {
			status, body = http.StatusNotFound, absent
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body) // a client that went away is its own affair
	})
	return mux
}

// fetchFrom asks a relay over HTTP.
func fetchFrom(base string) fetchFunc {
	client := &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true},
	}
	return func(ctx context.Context, soul string, buf []byte) (int, []byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/get?soul="+url.QueryEscape(soul), nil)
		if err != nil {
			return 0, nil, fmt.Errorf("ask the relay for %s: %w", soul, err)
		}
		resp, err := client.Do(req)
		if err != nil {
			return 0, nil, fmt.Errorf("ask the relay for %s: %w", soul, err)
		}
		defer resp.Body.Close()
		n, err := io.ReadFull(resp.Body, buf)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return 0, nil, fmt.Errorf("read the relay's answer for %s: %w", soul, err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // to the end, so that the connection is used again
		return resp.StatusCode, buf[:n], nil
	}
}
