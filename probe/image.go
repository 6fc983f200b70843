package probe

import (
	"archive/tar"
	"context"
	"debug/elf"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
)

// Static reports whether a program needs nothing beside itself, so that it
// runs in an image made from scratch.
func Static(path string) bool {
	f, err := elf.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return false
		}
	}
	return true
}

// HostLibraries are binds that let a program of this machine run in an image
// from scratch when it is not [Static]; the engine must run on this machine.
func HostLibraries() []string {
	var binds []string
	dirs := []string{"/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives", "/etc/ssl"}
	configured, _ := filepath.Glob("/etc/java-*") // Debian's JVM reads its settings there
	for _, dir := range append(dirs, configured...) {
		if _, err := os.Stat(dir); err == nil {
			binds = append(binds, dir+":"+dir+":ro")
		}
	}
	return binds
}

// Image makes an image from scratch with files of this machine in it: path
// inside to path here. All of them can be executed; an empty path here makes a
// folder. An image that has the name already is left as it is.
func (l *Launcher) Image(ctx context.Context, name string, files map[string]string) error {
	if _, err := l.e.cli.ImageInspect(ctx, name); err == nil {
		return nil
	} else if !cerrdefs.IsNotFound(err) {
		return l.e.explain(err)
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(pack(w, files)) }()
	defer func() { _ = r.Close() }()
	answer, err := l.e.cli.ImageImport(ctx, image.ImportSource{Source: r, SourceName: "-"}, name, image.ImportOptions{Changes: []string{"LABEL " + launchedLabel + "=" + l.mark}})
	if err != nil {
		return fmt.Errorf("image %s cannot be made: %w", name, l.e.explain(err))
	}
	defer func() { _ = answer.Close() }()
	return imported(name, answer)
}

// imported reads the engine's progress messages, among which a failure stands.
func imported(name string, r io.Reader) error {
	d := json.NewDecoder(r)
	for {
		var m struct {
			Error string `json:"error"`
		}
		if err := d.Decode(&m); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("image %s: %w", name, err)
		}
		if m.Error != "" {
			return fmt.Errorf("image %s cannot be made: %s", name, m.Error)
		}
	}
}

// pack writes the files as a tar archive.
func pack(w io.Writer, files map[string]string) error {
	t := tar.NewWriter(w)
	for inside, here := range files {
		if err := add(t, strings.TrimPrefix(inside, "/"), here); err != nil {
			return err
		}
	}
	return t.Close()
}

func add(t *tar.Writer, inside, here string) error {
	if here == "" {
		return t.WriteHeader(&tar.Header{Name: inside + "/", Typeflag: tar.TypeDir, Mode: 0o1777})
	}
	f, err := os.Open(here)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: inside, Typeflag: tar.TypeReg, Mode: 0o755, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}
