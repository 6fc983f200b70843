package export

import (
	_ "embed"
	"io"
)

//go:embed alerts.yaml
var alerts string

// Alerts prints Prometheus alert rules.
func Alerts(w io.Writer) error {
	_, err := io.WriteString(w, alerts)
	return err
}
