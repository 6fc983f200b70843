package logscan

import (
	"bytes"
	"encoding/json"
	"time"
)

// format takes a line of a file apart. A line that is not in the format is
// returned as it is, without a time.
type format func(line []byte) (time.Time, []byte)

// recognise tells a file's format by its first line.
func recognise(line []byte) format {
	if bytes.HasPrefix(line, []byte(`{"log":`)) {
		return jsonFile
	}
	if at, _ := stamped(line); !at.IsZero() {
		return stamped
	}
	return plain
}

func plain(line []byte) (time.Time, []byte) { return time.Time{}, line }

// stamped reads what `docker logs --timestamps` prints.
func stamped(line []byte) (time.Time, []byte) {
	stamp, text, _ := bytes.Cut(line, []byte{' '})
	if len(stamp) > len(time.RFC3339Nano) {
		return time.Time{}, line
	}
	at, err := time.Parse(time.RFC3339Nano, string(stamp))
	if err != nil {
		return time.Time{}, line
	}
	return at, text
}

// jsonFile reads a line of Docker's json-file log driver.
func jsonFile(line []byte) (time.Time, []byte) {
	var entry struct {
		Log  string    `json:"log"`
		Time time.Time `json:"time"`
	}
	if json.Unmarshal(line, &entry) != nil {
		return time.Time{}, line
	}
	return entry.Time, []byte(entry.Log)
}
