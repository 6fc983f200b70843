package report

import (
	"bytes"
	"strings"
	"testing"

	"leakcheck/soak"
)

// Every face for people shows the error lines and the way back, and harmless.
func TestTroubleIsTold(t *testing.T) {
	f := leaking()
	f.report.Errors = []soak.ErrorLine{
		{Target: node, Text: "Error in getRecord after N retries", Count: 12345},
		{Target: node, Text: "Error " + poison, Count: 2},
	}
	f.report.Rollback = []soak.Rollback{{Target: node, Steps: []string{"docker-compose restart " + node, poison}}}
	v := f.view()
	for _, face := range faces {
		var b bytes.Buffer
		if err := face.render(&b, v); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if strings.ContainsAny(got, "\u202e\u009b\a") || strings.Contains(got, "<script>alert") && face.file == "html" {
			t.Errorf("%s obeys what a log line said", face.file)
		}
		switch face.file {
		case "pipe.txt", "80.txt", "160.txt", "ascii.txt", "md", "html":
			for _, want := range []string{"12,345", "getRecord after N retries", "docker-compose restart"} {
				if !strings.Contains(got, want) {
					t.Errorf("%s does not say %q", face.file, want)
				}
			}
		}
	}
}

func TestWithoutTroubleNothingIsTold(t *testing.T) {
	var b bytes.Buffer
	if err := Text(&b, healthy().view(), TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, heading := range []string{"error lines", "way back"} {
		if strings.Contains(b.String(), heading) {
			t.Errorf("a healthy run's report speaks of %q", heading)
		}
	}
}
