package logscan

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leakcheck/soak"
)

// Each secret is put together here, so that scanners of source code have
// nothing to find.
var (
	jwt    = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJjYW5hcnkifQ" + ".c2lnbmF0dXJlLWNhbmFyeQ"
	aws    = "AKIA" + "IOSFODNN7EXAMPLE"
	github = "ghp_" + strings.Repeat("aB3d", 9)
	slack  = "xoxb-" + "123456789012-abcdefABCDEF"
	stripe = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
	google = "AIza" + "SyA1234567890abcdefghijklmnopqrstuv"
	openai = "sk-" + "proj-abcdefghijklmnop1234"
)

func TestSecretsOfKnownFormAreTakenOut(t *testing.T) {
	for _, c := range []struct{ line, secret, want string }{
		{"got " + jwt + " from client", jwt, "got (removed) from client"},
		{"\x1b[32m" + jwt + "\x1b[0m", jwt, "(removed)"},
		{"Authorization: Bearer " + jwt, jwt, "Authorization: (removed)"},
		{`{"authorization":"Basic dXNlcjpjYW5hcnk="}`, "dXNlcjpjYW5hcnk", `{"authorization":(removed)}`},
		{"sent bearer 0123456789abcdef", "0123456789abcdef", "sent bearer (removed)"},
		{"key " + aws + " denied", aws, "key (removed) denied"},
		{"git push https://" + github + "@host/x", github, "git push https://(removed)@host/x"},
		{"slack " + slack, slack, "slack (removed)"},
		{"charge with " + stripe, stripe, "charge with (removed)"},
		{"maps?id=" + google, google, "maps?id=(removed)"},
		{"model: " + openai, openai, "model: (removed)"},
		{"-----BEGIN RSA PRIVATE KEY----- MIIEcanary", "MIIEcanary", "-----BEGIN RSA PRIVATE KEY-----(removed)"},
		{"redis://user:canary@cache:6379/0 lost", "canary", "redis://(removed)@cache:6379/0 lost"},
		{"redis://:canary@cache:6379", "canary", "redis://(removed)@cache:6379"},
		{`{"user":"a","password":"can ary"}`, "can ary", `{"user":"a","password":(removed)}`},
		{`DB_PASSWORD=canary next`, "canary", `DB_PASSWORD=(removed) next`},
		{`AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG`, "wJalr", `AWS_SECRET_ACCESS_KEY=(removed)`},
		{"x-api-key: canary", "canary", "x-api-key: (removed)"},
		{"GET /x?access_token=can4ary8899&b=1", "can4ary8899", "GET /x?access_token=(removed)&b=1"},
		{"Set-Cookie: sid=canary; Path=/", "canary", "Set-Cookie: (removed); Path=/"},
	} {
		if got := Safe([]byte(c.line)); got != c.want {
			t.Errorf("%q became %q, want %q", c.line, got, c.want)
		}
		if strings.Contains(errorLine(c.line), c.secret) {
			t.Errorf("%q is among the most frequent errors with its secret", c.line)
		}
	}
}

// errorLine is what the count of error lines makes of a line.
func errorLine(line string) string {
	top := NewTop(1)
	top.Line(soak.Line{At: time.Unix(1, 0), Text: []byte(line + " Error")})
	return top.Lines()[0].Text
}

func TestWhatIsNoSecretStays(t *testing.T) {
	for _, line := range []string{
		"📊 [GUN 404 Cache] 12/56 hits (21.0% cache hit rate, 56 cached souls)",
		"❌ Error in getRecord after 2 retries: Request failed with status code 404",
		"prompt tokens: 512, completion tokens: 1024", "SyntaxError: Unexpected token: <", "token: undefined",
		"GET http://127.0.0.1:3005/api/health 200", "user@example.com signed in", "key=value ok"[4:],
		"basic authentication is on", "classic: yes", "[Memory Monitor] Heap: 75MB / 600MB",
	} {
		if got := Safe([]byte(line)); got != line {
			t.Errorf("%q became %q", line, got)
		}
	}
}

// A secret that the cut of a long line goes through is taken out, too.
func TestTheCutLeavesNoSecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.IntRange(0, 5*maxText).Draw(t, "before")
		secret := rapid.SampledFrom([]string{jwt, stripe, openai, github, slack}).Draw(t, "secret")
		line := strings.Repeat("x", before) + " " + secret + " and more"
		if got := Safe([]byte(line)); strings.Contains(got, secret[len(secret)-12:]) || strings.Contains(got, secret[:16]) {
			t.Fatalf("%q", got)
		}
	})
}

func FuzzRedact(f *testing.F) {
	f.Add([]byte("password=\"a"))
	f.Add([]byte("Authorization: Bearer " + jwt))
	f.Fuzz(func(t *testing.T, line []byte) {
		before := bytes.Clone(line)
		once := Redact(line)
		if !bytes.Equal(line, before) {
			t.Fatal("the line itself was changed")
		}
		if len(once) > 12*len(line)+12 {
			t.Fatalf("%d bytes became %d", len(line), len(once))
		}
	})
}

// BenchmarkRedact is the cost for a line that may hold a secret and for one
// that cannot.
func BenchmarkRedact(b *testing.B) {
	for _, line := range []string{
		"❌ Error in getRecord after 2 retries: Request failed with status code 404",
		"Error: key rejected, token expired: " + jwt,
		strings.Repeat("Error while reading a page of a record from the relay; ", 70),
	} {
		b.Run(fmt.Sprintf("%d", len(line)), func(b *testing.B) {
			b.SetBytes(int64(len(line)))
			text := []byte(line)
			for b.Loop() {
				Redact(text)
			}
		})
	}
}
