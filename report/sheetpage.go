package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"time"
)

//go:embed assets/sheet.html
var sheetText string

var sheetTemplate = template.Must(template.Must(pageTemplate.Clone()).New("sheet").Parse(sheetText))

// sheetPage is what the template reads.
type sheetPage struct {
	S *Sheet
	pageParts
	Sections []sheetSection
	Nav      []link
}

type sheetSection struct {
	Section
	ID    string
	Chart *pageChart
}

// SheetHTML prints a sheet as one self-contained page, like that of a run.
func SheetHTML(w io.Writer, s *Sheet) error {
	p := sheetPage{S: s, pageParts: parts()}
	for i, x := range s.Sections {
		if x.only == textFace {
			continue
		}
		id := "s" + strconv.Itoa(i+1)
		p.Sections = append(p.Sections, sheetSection{x, id, (&View{Now: sheetZone}).drawn(x.chart, id+"-chart", "")})
		if x.Title != "" {
			p.Nav = append(p.Nav, link{id, x.Title})
		}
	}
	if err := sheetTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("%s as HTML: %w", s.Kind, err)
	}
	return nil
}

// sheetZone makes charts that count from their beginning start at midnight.
var sheetZone = time.Unix(0, 0).UTC()

// pageParts are what every page needs around its text.
type pageParts struct {
	Policy        string
	Style, Script template.HTML
}

func parts() pageParts {
	style := chartStyle + pageStyle
	return pageParts{
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '" + hash(style) + "'; script-src '" + hash(pageScript) + "'",
		Style:  template.HTML("<style>" + style + "</style>"), Script: template.HTML("<script>" + pageScript + "</script>"),
	}
}
