package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultPage   = 50
	offsetHorizon = 1000 // offset paging sees no further in connections
)

var queryRules = map[string]*schema{
	"page":           integer("Page index of the results to return. First page is 0.", 0, 0),
	"per_page":       integer("Number of results per page.", 0, 100),
	"take":           integer("Number of results per page. Defaults to 50.", 1, 100),
	"include_totals": oneOf("Return results inside an object that contains the total result count (true) or as a direct array of results (false, default).", "true", "false"),
	"include_fields": oneOf("Whether specified fields are to be included (true) or excluded (false).", "true", "false"),
	"subject_type":   oneOf("The type of application access the client grant allows.", "client", "user"),
	"default_for":    oneOf("Applies this client grant as the default for all clients in the specified group.", "third_party_clients"),
}

// checkQuery refuses parameters with values that Auth0 refuses; unknown parameters pass.
func (c *call) checkQuery() *apiError {
	for name, rule := range queryRules {
		if !c.query.Has(name) {
			continue
		}
		var value any = c.query.Get(name)
		if rule.kind == "integer" {
			if _, err := strconv.Atoi(c.query.Get(name)); err == nil {
				value = json.Number(c.query.Get(name))
			}
		}
		if found := rule.check(value, name); found != nil {
			return newError(http.StatusBadRequest, "invalid_query_string", "%s", found.text("Query"))
		}
	}
	if ids := c.query["identifiers"]; len(ids) > 10 {
		v := violation{"identifiers", "Array is too long (" + strconv.Itoa(len(ids)) + "), maximum 10", ""}
		return newError(http.StatusBadRequest, "invalid_query_string", "%s", v.text("Query"))
	}
	return nil
}

func intParam(q url.Values, name string, fallback int) int {
	if n, err := strconv.Atoi(q.Get(name)); err == nil {
		return n
	}
	return fallback
}

// listing says how one kind of object is listed.
type listing struct {
	key        string   // the array's name
	id         string   // the objects' id, which a checkpoint points behind
	always     []string // fields that are answered whatever "fields" says
	checkpoint bool     // whether take and from are known
	horizon    int      // how far offset paging goes; 0: to the end
}

// page answers the part of all that the query asks for: as an object with next (checkpoint), as an object with totals,
// or as a plain array.
func (c *call) page(l listing, all []object) (reply, *apiError) {
	if l.checkpoint && (c.query.Has("take") || c.query.Has("from")) {
		return c.checkpointPage(l, all)
	}
	number, size := intParam(c.query, "page", 0), intParam(c.query, "per_page", defaultPage)
	if size == 0 {
		size = defaultPage
	}
	start := number * size
	if l.horizon > 0 && start+size > l.horizon && start > 0 {
		return failed(newError(http.StatusBadRequest, "invalid_paging", "You can only page through the first %d records.", l.horizon))
	}
	part := c.project(l, cutOut(all, start, size))
	if c.query.Get("include_totals") != "true" {
		return ok(part)
	}
	return ok(object{"total": len(all), "start": start, "limit": size, l.key: part})
}

func (c *call) checkpointPage(l listing, all []object) (reply, *apiError) {
	start, size := 0, intParam(c.query, "take", defaultPage)
	if from := c.query.Get("from"); from != "" {
		last, err := base64.RawURLEncoding.DecodeString(from)
		at := slices.IndexFunc(all, func(o object) bool { return text(o, l.id) == string(last) })
		if err != nil || at < 0 {
			return failed(newError(http.StatusBadRequest, "invalid_paging", "Invalid checkpoint: the parameter from is not valid"))
		}
		start = at + 1
	}
	part := cutOut(all, start, size)
	body := object{l.key: c.project(l, part)}
	if start+size < len(all) {
		body["next"] = base64.RawURLEncoding.EncodeToString([]byte(text(part[len(part)-1], l.id)))
	}
	return ok(body)
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
