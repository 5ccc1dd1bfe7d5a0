package sandbox

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultPage is the size of a page where nothing is asked for. For APIs and grants that is a guess.
const defaultPage = 50

// listing says how one kind of object is listed.
type listing struct {
	key        string   // the array's name
	id         string   // the objects' id
	always     []string // fields that are answered whatever "fields" says
	checkpoint bool     // whether take and from are known
	horizon    int      // how far offset paging goes; 0: to the end
	size       int      // of a page by offset, where per_page is not given
	order      func([]object) []int
}

// over makes the listing one of this collection, whose order checkpoints refer to.
func (l listing) over(s *store, c *collection) listing {
	l.order = func(all []object) []int {
		s.mu.RLock()
		defer s.mu.RUnlock()
		return c.ordinals(all)
	}
	return l
}

func intParam(q url.Values, name string, fallback int) int {
	if n, err := strconv.Atoi(q.Get(name)); err == nil {
		return n
	}
	return fallback
}

// page answers the part of all that the query asks for: as an object with next (checkpoint), as an object with totals,
// or as a plain array.
func (c *call) page(l listing, all []object) (reply, *apiError) {
	if l.checkpoint && (c.query.Has("take") || c.query.Has("from")) {
		return c.checkpointPage(l, all)
	}
	number, size := intParam(c.query, "page", 0), intParam(c.query, "per_page", l.size)
	if size == 0 {
		size = l.size
	}
	start := number * size
	if number > 0 && (start/size != number || (l.horizon > 0 && start+size > l.horizon)) {
		// The words are those of Auth0's other lists with this limit; the code is a guess.
		return failed(newError(http.StatusBadRequest, "invalid_paging",
			"Requesting page %d exceeds the allowed maximum of %d records. To fetch results beyond %d, use the checkpoint pagination method.",
			number, offsetHorizon, offsetHorizon))
	}
	part := c.project(l, cutOut(all, start, size))
	if c.query.Get("include_totals") != "true" {
		return ok(part)
	}
	return ok(object{"total": len(all), "start": start, "limit": size, l.key: part})
}

// checkpointPage starts behind the object that the checkpoint stands for, also where that one is gone by now.
func (c *call) checkpointPage(l listing, all []object) (reply, *apiError) {
	start, size := 0, intParam(c.query, "take", defaultPage)
	if from := c.query.Get("from"); from != "" {
		seen, valid := readCheckpoint(from)
		if i := slices.IndexFunc(all, func(o object) bool { return text(o, l.id) == from }); i >= 0 { // documented as an id
			seen, valid = l.ordinals(all)[i], true
		}
		if !valid {
			return failed(newError(http.StatusBadRequest, "invalid_paging", "Invalid checkpoint: the parameter from is not valid")) // a guess
		}
		start = len(all)
		if i := slices.IndexFunc(l.ordinals(all), func(n int) bool { return n > seen }); i >= 0 {
			start = i
		}
	}
	part := cutOut(all, start, size)
	body := object{l.key: c.project(l, part)}
	if start+size < len(all) {
		body["next"] = writeCheckpoint(l.ordinals(part)[len(part)-1])
	}
	return ok(body)
}

func (l listing) ordinals(all []object) []int {
	if l.order != nil {
		return l.order(all)
	}
	out := make([]int, len(all))
	for i := range out {
		out[i] = i + 1
	}
	return out
}

func writeCheckpoint(n int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("seq:" + strconv.Itoa(n)))
}

func readCheckpoint(from string) (int, bool) {
	data, err := base64.RawURLEncoding.DecodeString(from)
	digits, marked := strings.CutPrefix(string(data), "seq:")
	n, notNumber := strconv.Atoi(digits)
	return n, err == nil && marked && notNumber == nil
}

func cutOut(all []object, start, size int) []object {
	start = min(start, len(all))
	return all[start:min(start+size, len(all))]
}

func (c *call) project(l listing, all []object) []object {
	out := make([]object, len(all))
	for i, o := range all {
		out[i] = c.fields(o, l.always...)
	}
	return out
}

// fields applies the parameters fields and include_fields.
func (c *call) fields(o object, always ...string) object {
	asked := c.query.Get("fields")
	if asked == "" {
		return o
	}
	names := strings.Split(asked, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	exclude := c.query.Get("include_fields") == "false"
	out := object{}
	for k, v := range o {
		if slices.Contains(names, k) != exclude || slices.Contains(always, k) {
			out[k] = v
		}
	}
	return out
}
