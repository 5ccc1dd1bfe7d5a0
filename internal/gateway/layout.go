package gateway

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/tailscale/hujson"
)

// insertElement puts JSON before element i of an array, or at its end, laid out as its neighbours are.
func (d *document) insertElement(v *hujson.Value, i int, value []byte) error {
	array, err := d.array(v, "the value")
	if err != nil {
		return err
	}
	if len(array.Elements) == 0 {
		return d.fill(v, value, array.AfterExtra)
	}
	neighbour := &array.Elements[min(i, len(array.Elements)-1)]
	gap := d.gap(neighbour.BeforeExtra, neighbour.StartOffset)
	laid := d.layOut(value, neighbour)
	if i < len(array.Elements) {
		return d.splice(neighbour.StartOffset, neighbour.StartOffset, []byte(laid+","+gap))
	}
	return d.splice(neighbour.EndOffset, neighbour.EndOffset, []byte(","+gap+laid))
}

// insertMember adds a member at the end of an object.
func (d *document) insertMember(v *hujson.Value, name string, value []byte) error {
	object, err := d.object(v, "the value")
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(name)
	if err != nil {
		return err
	}
	if len(object.Members) == 0 {
		return d.fill(v, append(append(encoded, ':'), value...), object.AfterExtra)
	}
	last := &object.Members[len(object.Members)-1]
	colon := ":" + string(last.Value.BeforeExtra)
	if strings.ContainsAny(colon, "\r\n") {
		colon = ": "
	}
	gap := d.gap(last.Name.BeforeExtra, last.Name.StartOffset)
	laid := string(encoded) + colon + d.layOut(value, &last.Name)
	return d.splice(last.Value.EndOffset, last.Value.EndOffset, []byte(","+gap+laid))
}

// fill puts the first element or member into an empty array or object.
func (d *document) fill(v *hujson.Value, content []byte, inside hujson.Extra) error {
	open, end := d.src[v.StartOffset], d.src[v.EndOffset-1]
	scalar := open == '[' && content[0] == '"'
	wrapped := append(append([]byte{open}, content...), end)
	var out bytes.Buffer
	switch {
	case d.minified(), scalar && !hasBreak(inside):
		if err := json.Compact(&out, wrapped); err != nil {
			return err
		}
	default:
		if err := json.Indent(&out, wrapped, d.indentAt(v.StartOffset), d.unit()); err != nil {
			return err
		}
	}
	return d.splice(v.StartOffset, v.EndOffset, d.lineEnds(out.Bytes()))
}

// gap is the white space that sets an element off from the one before it, modelled on its neighbour's.
func (d *document) gap(before hujson.Extra, start int) string {
	if hasBreak(before) {
		return d.eol() + d.indentAt(start)
	}
	if d.minified() {
		return ""
	}
	return " "
}

// layOut indents JSON to stand beside a neighbour: on one line where the neighbour's list is.
func (d *document) layOut(value []byte, neighbour *hujson.Value) string {
	var out bytes.Buffer
	several := hasBreak(neighbour.BeforeExtra) || hasBreak(d.src[neighbour.StartOffset:neighbour.EndOffset])
	if !several || json.Indent(&out, value, d.indentAt(neighbour.StartOffset), d.unit()) != nil {
		out.Reset()
		if json.Compact(&out, value) != nil {
			return string(value)
		}
	}
	return string(d.lineEnds(bytes.TrimSpace(out.Bytes())))
}

// unit is one step of indentation: that of the first indented line.
func (d *document) unit() string {
	for line := range bytes.Lines(plainLineEnds(d.src)) {
		rest := bytes.TrimLeft(line, " \t")
		if n := len(line) - len(rest); n > 0 && len(bytes.TrimSpace(rest)) > 0 {
			return string(line[:n])
		}
	}
	return "  "
}

func (d *document) indentAt(offset int) string { return indentAt(d.src, offset) }

func (d *document) eol() string { return lineEnd(d.src) }

func (d *document) lineEnds(s []byte) []byte { return withLineEnds(s, d.eol()) }

// minified says that the file has no white space between its parts.
func (d *document) minified() bool {
	src := bytes.TrimSpace(d.src)
	var out bytes.Buffer
	return json.Compact(&out, src) == nil && out.Len() == len(src)
}
