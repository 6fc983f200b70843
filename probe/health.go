package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"time"
)

// healthBody is how much of a health answer is read.
const healthBody = 64 << 10

// Health asks a URL once and says its status and how long the answer took. The
// error says what went wrong below HTTP; a bad status is none. Redirects are
// not followed. secure is how HTTPS is spoken, as with an authority of one's
// own; nil for what the machine trusts.
func Health(ctx context.Context, url string, secure *tls.Config, timeout time.Duration) (status int, latency time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, 0, fmt.Errorf("health URL: %w", err)
	}
	start := time.Now()
	resp, err := healthClient(secure).Do(req)
	if err != nil {
		return 0, time.Since(start), fmt.Errorf("health request: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, healthBody))
	if err != nil {
		err = fmt.Errorf("health answer broke off: %w", err)
	}
	return resp.StatusCode, time.Since(start), err
}

// healthClient keeps no connection, so that each request shows whether new
// ones are taken.
func healthClient(secure *tls.Config) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: secure},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
