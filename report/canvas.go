package report

import (
	"math"
	"strings"
	"unicode/utf8"
)

// canvas draws curves in character cells: 2 x 4 braille dots each with
// Unicode, one star each without.
type canvas struct {
	columns        int
	unicode        bool
	dx, dy         int // dots per cell
	lines          [][3][]uint8
	x0, x1, y0, y1 float64
	walls          map[int][]rune // by row: what stands where no curve is
}

func newCanvas(columns, rows int, unicode bool) *canvas {
	c := &canvas{columns: max(columns, 8), unicode: unicode, dx: 1, dy: 1, lines: make([][3][]uint8, rows)}
	if unicode {
		c.dx, c.dy = 2, 4
	}
	for i := range c.lines {
		for n := range c.lines[i] {
			c.lines[i][n] = make([]uint8, c.columns)
		}
	}
	return c
}

func (c *canvas) frame(x0, x1, y0, y1 float64) { c.x0, c.x1, c.y0, c.y1 = x0, x1, y0, y1 }

// row is the line on which a value falls.
func (c *canvas) row(y float64) int {
	_, d := c.dot(c.x0, y)
	return d / c.dy
}

func (c *canvas) dot(x, y float64) (int, int) {
	w, h := c.columns*c.dx-1, len(c.lines)*c.dy-1
	px := int(math.Round((x - c.x0) / (c.x1 - c.x0) * float64(w)))
	py := int(math.Round((c.y1 - y) / (c.y1 - c.y0) * float64(h)))
	return min(max(px, 0), w), min(max(py, 0), h)
}

// braille is the bit of each dot of a cell, by column and row (Unicode 15, 2800-28FF).
var braille = [2][4]uint8{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

// The layers, from the top: the curve, its floor, and what lies ahead of it.
const (
	layerCurve = iota
	layerFloor
	layerAhead
	layerWall
	layerNone
)

// wall draws a dashed line at a value, with its name in it.
func (c *canvas) wall(at float64, name string) {
	if at < c.y0 || at > c.y1 {
		return
	}
	dash := "╌"
	if !c.unicode {
		dash = "-"
	}
	name = fit(name, c.columns-4)
	line := strings.Repeat(dash, 2) + " " + name + " "
	line += strings.Repeat(dash, max(0, c.columns-width(line)))
	if n := utf8.RuneCountInString(line); n == c.columns { // a name of wide characters does not fit cells
		c.walls = map[int][]rune{c.row(at): []rune(line)}
	}
}

// layer draws a line through points; points outside the frame are left out.
func (c *canvas) layer(n int, points []Point) {
	for i, p := range points {
		if float64(p.T) < c.x0 {
			continue
		}
		x, y := c.dot(float64(p.T), p.V)
		if i == 0 || float64(points[i-1].T) < c.x0 {
			c.set(n, x, y)
			continue
		}
		px, py := c.dot(float64(points[i-1].T), points[i-1].V)
		c.stroke(n, px, py, x, y)
	}
}

// stroke sets every dot between two, along the longer side.
func (c *canvas) stroke(n, x0, y0, x1, y1 int) {
	steps := max(abs(x1-x0), abs(y1-y0), 1)
	for i := range steps + 1 {
		c.set(n, x0+divide((x1-x0)*i, steps), y0+divide((y1-y0)*i, steps))
	}
}

func (c *canvas) set(n, x, y int) {
	bit := uint8(1)
	if c.unicode {
		bit = braille[x%2][y%4]
	}
	c.lines[y/c.dy][n][x/c.dx] |= bit
}

// render returns one line of cells, each layer in its colour.
func (c *canvas) render(row int, paint palette) string {
	var out, run strings.Builder
	paints := [...]func(string) string{paint.curve, paint.floor, paint.ahead, paint.ahead, func(s string) string { return s }}
	last := len(paints) - 1
	for i := range c.columns {
		layer, cell := c.cell(row, i)
		if layer != last {
			out.WriteString(paints[last](run.String()))
			run.Reset()
			last = layer
		}
		run.WriteRune(cell)
	}
	out.WriteString(paints[last](run.String()))
	return strings.TrimRight(out.String(), " ")
}

// cell returns what stands in one place and the layer that it belongs to.
func (c *canvas) cell(row, column int) (int, rune) {
	for layer, plain := range "*-." {
		dots := c.lines[row][layer][column]
		switch {
		case dots != 0 && c.unicode:
			return layer, 0x2800 + rune(dots)
		case dots != 0:
			return layer, plain
		}
	}
	if wall := c.walls[row]; wall != nil {
		return layerWall, wall[column]
	}
	return layerNone, ' '
}

// divide rounds to the nearest.
func divide(a, b int) int { return int(math.Round(float64(a) / float64(b))) }

func abs(x int) int { return max(x, -x) }
