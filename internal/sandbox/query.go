package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// What the operations take in their query, after Auth0's OpenAPI document. Its texts for wrong values and its word for
// too far a page are known from reports; which of them a wrong boolean gets is a guess.
var (
	paging = fields{
		"page":           integer("Page index of the results to return. First page is 0.", 0, 0),
		"per_page":       integer("Number of results per page.", 1, 100),
		"include_totals": oneOf("Return results inside an object that contains the total result count (true) or as a direct array of results (false, default).", "true", "false"),
	}
	checkpoints = fields{"from": str("Optional Id from which to start selection.", 0, 0), "take": integer("Number of results per page. Defaults to 50.", 1, 100)}
	projection  = fields{
		"fields":         str("Comma-separated list of fields to include or exclude.", 0, 0),
		"include_fields": oneOf("Whether specified fields are to be included (true) or excluded (false).", "true", "false"),
	}

	// The clients of a connection come in larger parts than anything else.
	connectionClientsQuery = fields{"from": str("Optional Id from which to start selection.", 0, 1000), "take": integer("Number of results per page. Defaults to 50.", 1, 1000)}

	apisQuery   = query(paging, projection, fields{"identifiers": list("An optional filter on the resource server identifier.", str("", 1, 0), 10)})
	grantsQuery = query(paging, checkpoints, fields{
		"audience": str("", 0, 0), "client_id": str("", 0, 0), "allow_any_organization": oneOf("", "true", "false"),
		"subject_type": oneOf("The type of application access the client grant allows.", "client", "user", "anonymous_user"),
		"default_for":  oneOf("Applies this client grant as the default for all clients in the specified group.", "third_party_clients"),
	})
	connectionsQuery = query(paging, checkpoints, projection, fields{
		"name": str("Provide the name of the connection to retrieve", 0, 0), "strategy": list("Provide strategies to only retrieve connections with such strategies", strategyName, 0),
	})
	clientsQuery = query(paging, checkpoints, projection, fields{
		"per_page":  integer("Number of results per page.", 0, 100), // 0 is allowed here alone
		"is_global": oneOf("", "true", "false"), "is_first_party": oneOf("", "true", "false"), "app_type": str("", 0, 0),
		"external_client_id": str("", 1, 120), "q": str("", 0, 0),
	})
)

func query(parts ...fields) fields {
	out := fields{}
	for _, part := range parts {
		maps.Copy(out, part)
	}
	return out
}

// checkQuery refuses what Auth0 refuses: values that are out of bounds, and names that the operation doesn't have. Of
// parts that the sandbox doesn't model it doesn't know the names: there rules is nil.
func (c *call) checkQuery(rules fields) *apiError {
	anyName := rules == nil
	if anyName {
		rules = query(paging, checkpoints)
	}
	refuse := func(v *violation) *apiError {
		return newError(http.StatusBadRequest, "invalid_query_string", "%s", v.text("Query"))
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		rule := rules[name]
		if rule == nil {
			unknown = append(unknown, name)
			continue
		}
		if found := rule.check(queryValue(rule, c.query[name]), name); found != nil {
			return refuse(found)
		}
	}
	if len(unknown) > 0 && !anyName {
		return refuse(&violation{"", "Additional properties not allowed: " + strings.Join(unknown, ","), ""})
	}
	return nil
}

// queryValue is the JSON value that a parameter stands for: repeated, it is an array.
func queryValue(rule *schema, values []string) any {
	if rule.kind == "array" || len(values) > 1 {
		return toAny(values)
	}
	if _, err := strconv.Atoi(values[0]); err == nil && rule.kind == "integer" {
		return json.Number(values[0])
	}
	return values[0]
}
