package probe

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
)

// Bounds of reading files inside a container: what is kept of one file, what
// is kept in all, and how much of an archive is gone through to find them.
const (
	fileMax    = 1 << 20
	filesMax   = 16 << 20
	archiveMax = 256 << 20
	linksMax   = 8
)

// File is a file inside a container.
type File struct {
	Path string
	// Data is the file's beginning, up to 1 MiB.
	Data []byte
	// Size is the whole file's in bytes.
	Size int64
}

// Read returns the files inside the container that suit a glob (path.Match, an
// absolute path), through the engine's archive; nothing is run inside. A file
// that does not exist is not an error. When a folder is too large to go
// through, what was found comes with an error that says so.
func (c *Container) Read(ctx context.Context, globs ...string) ([]File, error) {
	var found []File
	var trouble []error
	budget := int64(filesMax)
	for _, glob := range globs {
		if _, err := path.Match(glob, ""); err != nil || !path.IsAbs(glob) {
			return found, unknownf("file pattern %q: write an absolute path, with *, ? or [...] in it if needed", glob)
		}
		files, err := c.readGlob(ctx, path.Clean(glob), &budget)
		found = append(found, files...)
		if err != nil {
			trouble = append(trouble, err)
		}
	}
	return found, errors.Join(trouble...)
}

// readGlob reads the deepest folder without a wildcard, or the one file.
func (c *Container) readGlob(ctx context.Context, glob string, budget *int64) ([]File, error) {
	root := glob
	for strings.ContainsAny(root, `*?[\`) {
		root = path.Dir(root)
	}
	at, err := c.resolve(ctx, root)
	if err != nil || at == "" {
		return nil, err
	}
	body, _, err := c.e.cli.CopyFromContainer(ctx, c.seen().ID, at)
	if cerrdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, c.e.explain(err)
	}
	defer func() { _ = body.Close() }()
	files, err := search(io.LimitReader(body, archiveMax), path.Dir(root), path.Base(root), glob, budget)
	if err != nil {
		return files, fmt.Errorf("files %s in container %s: %w", glob, c.name, err)
	}
	return files, nil
}

// resolve follows symbolic links inside the container; empty when nothing is
// there.
func (c *Container) resolve(ctx context.Context, at string) (string, error) {
	for range linksMax {
		stat, err := c.e.cli.ContainerStatPath(ctx, c.seen().ID, at)
		if cerrdefs.IsNotFound(err) || err != nil && c.underFile(ctx, at) {
			return "", nil
		}
		if err != nil {
			return "", c.e.explain(err)
		}
		if stat.LinkTarget == "" || stat.LinkTarget == at {
			return at, nil
		}
		at = stat.LinkTarget
		if !path.IsAbs(at) {
			at = "/" + at
		}
	}
	return "", nil
}

// underFile reports whether a path leads through a file, so that nothing can
// be there: an engine may call that an internal error.
func (c *Container) underFile(ctx context.Context, at string) bool {
	for dir := path.Dir(at); dir != "/"; dir = path.Dir(dir) {
		if stat, err := c.e.cli.ContainerStatPath(ctx, c.seen().ID, dir); err == nil {
			return stat.Mode.IsRegular()
		}
	}
	return false
}

// search goes through an archive whose entries begin with the name of what was
// asked for. base replaces that name, which differs behind a link.
func search(r io.Reader, dir, base, glob string, budget *int64) ([]File, error) {
	var found []File
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return found, fmt.Errorf("the folder holds more than %d MiB, and the search ended there; name the folder more exactly", archiveMax>>20)
		}
		if err != nil {
			return found, err
		}
		_, rest, _ := strings.Cut(strings.TrimPrefix(path.Clean("/"+h.Name), "/"), "/")
		name := path.Join(dir, base, rest)
		if ok, _ := path.Match(glob, name); !ok || h.Typeflag != tar.TypeReg {
			continue
		}
		if *budget <= 0 {
			return found, fmt.Errorf("more than %d MiB of files suit; the rest was not read", filesMax>>20)
		}
		data, err := io.ReadAll(io.LimitReader(t, min(fileMax, *budget)))
		*budget -= int64(len(data))
		found = append(found, File{Path: name, Data: data, Size: h.Size})
		if err != nil {
			return found, err
		}
	}
}
