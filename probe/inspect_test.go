package probe

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestScrubTakesSecretsAndLeavesTheRest(t *testing.T) {
	const before = `{
		"Id": "abc", "Path": "/app", "Args": ["--port", "3005", "--api-key", "hunter2", "--token=hunter2", "-c", "DB_PASSWORD=hunter2 node index.js --secret hunter2"],
		"Config": {
			"Env": ["PATH=/bin", "AWS_SECRET_ACCESS_KEY=hunter2", "HARMLESS=hunter2", "NOVALUE"],
			"Labels": {"com.docker.compose.service": "fitnessally", "traefik.basicauth": "hunter2", "url": "https://user:hunter2@host/path", "hook": "https://hunter2@host"},
			"Healthcheck": {"Test": ["CMD", "curl", "-H", "Authorization: Bearer hunter2", "http://localhost/?token=hunter2&a=1"]}
		},
		"HostConfig": {"Memory": 536870912, "LogConfig": {"Type": "splunk", "Config": {"splunk-token": "hunter2", "max-size": "10m"}}},
		"State": {"Health": {"Log": [{"Output": "db says: password: 'hunter2 with blanks', user: x"}]}}
	}`
	var tree any
	if err := json.Unmarshal([]byte(before), &tree); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(scrub("", tree))
	if err != nil {
		t.Fatal(err)
	}
	got := string(b)
	if i := strings.Index(got, "hunter2"); i >= 0 {
		t.Errorf("a secret is left: ...%s...", got[max(0, i-80):min(len(got), i+20)])
	}
	for _, keep := range []string{"3005", "/app", "AWS_SECRET_ACCESS_KEY=(removed)", "fitnessally", "536870912", "10m", "node index.js", "@host/path", "curl", "localhost", "NOVALUE"} {
		if !strings.Contains(got, keep) {
			t.Errorf("%q was taken away: %s", keep, got)
		}
	}
}
