package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// Diff is the plan that brings the observed tenant to what the spec asks for:
//
//	object                     on the tenant              plan
//	API                        absent                     create
//	                           lacks scopes or refresh    update, everything else stays
//	                           other algorithm, deny_all  conflict, nothing is written
//	                           only a near miss           conflict, unless BesideNearMiss
//	default grant              absent                     create with subject type user
//	                           lacks scopes               update, its other scopes stay, but for those the API lost
//	                           subject type client        conflict, nothing is written
//	connection                 not at domain level        update
//	settings                   differ                     one update
//	other default audience     mode both                  conflict that is skipped: resource carries clients
//	                           mode default               conflict, unless ReplaceDefaultAudience
func Diff(s spec.Spec, o Observed) Plan {
	var p Plan
	for _, server := range s.Servers {
		p.Changes = append(p.Changes, diffAPI(s, server, o))
		if o.API(server.URL) == nil {
			continue
		}
		for _, other := range o.NearMisses(server.URL) {
			p.NearMisses = append(p.NearMisses, fmt.Sprintf("an API %s exists beside %s: tokens for the one are refused by the other", other, server.URL))
		}
	}
	p.Warnings = append(p.Warnings, p.NearMisses...)
	for _, server := range s.Servers {
		p.Changes = append(p.Changes, diffGrant(server, o.API(server.URL), o.Grants[server.URL]))
		if warning := scopeless(server, o); warning != "" {
			p.Warnings = append(p.Warnings, warning)
		}
	}
	seen := map[string]bool{} // the same connection may be named by its name and by its id
	for _, c := range s.Connections {
		if object := o.Connections[c]; object != nil && !seen[object.ID] {
			seen[object.ID] = true
			p.Changes = append(p.Changes, Level(*object, true))
		}
	}
	p.NoConnection = len(s.Connections) == 0 && !o.DomainLevel
	if p.NoConnection {
		p.Warnings = append(p.Warnings, "no connection is named and none at domain level was found: third-party clients "+
			"will get \"no connections enabled for the client\"; name one with --connection")
	}
	p.Changes = append(p.Changes, diffSettings(s, o)...)
	if warning := nameless(s, o); warning != "" && s.DefaultAudience() == "" { // else a conflict says so
		p.Warnings = append(p.Warnings, warning+"; correct or clear it in the dashboard (Settings > General)")
	}
	if !s.Registration.DCR() && o.Settings.Values[pathDCR] == true {
		p.Warnings = append(p.Warnings, "dynamic client registration is on and stays on, since nothing is switched off here; "+
			"switch it off in the dashboard (Settings > Advanced) if it isn't wanted")
	}
	if s.TokenLifetime > 0 && s.TokenLifetime < time.Minute {
		p.Warnings = append(p.Warnings, fmt.Sprintf("access tokens will be good for %s, so that clients ask for new ones all the time; "+
			"a lifetime without a unit is in seconds: for hours write 24h", s.TokenLifetime))
	}
	for _, c := range p.Changes {
		if c.Action == Conflict && !c.Blocking {
			p.Warnings = append(p.Warnings, c.Reason+"; "+c.Hint)
		}
	}
	return p
}

// scopeless warns where an API has scopes and its default grant will allow none of them.
func scopeless(server spec.Server, o Observed) string {
	scopes := o.Ungranted(server)
	if len(scopes) == 0 || len(server.Scopes) > 0 {
		return ""
	}
	return fmt.Sprintf("the API %s has %s, and its default grant will allow none of them: name with --scope those that third-party applications may have, such as %s",
		server.URL, count(len(scopes), "scope", "scopes"), scopes[0].Value)
}

func wantedScopes(server spec.Server) (scopes []Scope, values []string) {
	values = []string{}
	for _, s := range server.Scopes {
		scopes = append(scopes, Scope(s))
		values = append(values, s.Value)
	}
	return scopes, values
}

// change decides between update and none by whether a field differs.
func change(kind Kind, key string, object Object, fields []Field, impact string) Change {
	for _, f := range fields {
		if !f.Same() {
			return Change{Action: Update, Kind: kind, Key: key, ID: object.ID, Fields: fields, Impact: impact}
		}
	}
	return Change{Action: None, Kind: kind, Key: key, ID: object.ID}
}

func creation(kind Kind, key string, fields []Field, impact string) Change {
	return Change{Action: Create, Kind: kind, Key: key, Fields: fields, Impact: impact}
}

func diffAPI(s spec.Spec, server spec.Server, o Observed) Change {
	scopes, _ := wantedScopes(server)
	object := o.API(server.URL)
	if object == nil {
		if near := o.NearMisses(server.URL); len(near) > 0 && !s.BesideNearMiss {
			return nearMissConflict(server.URL, near[0])
		}
		fields := []Field{
			{Path: "name", After: server.DisplayName()},
			{Path: "identifier", After: server.URL},
			{Path: "signing_alg", After: "RS256"},
			{Path: "allow_offline_access", After: !s.NoOfflineAccess},
		}
		if len(scopes) > 0 {
			union, _ := unionScopes(nil, scopes)
			fields = append(fields, Field{Path: "scopes", After: union})
		}
		if s.TokenLifetime > 0 {
			fields = append(fields, Field{Path: "token_lifetime", After: int(s.TokenLifetime.Seconds())})
		}
		return creation(KindAPI, server.URL, fields, "new: nothing uses it yet")
	}
	if conflict, is := apiConflict(server.URL, *object); is {
		return conflict
	}
	return change(KindAPI, server.URL, *object, apiUpdate(s, server, scopes, object.Values),
		"every application that uses this API is affected")
}

// apiUpdate leaves name and lifetime alone unless they were asked for: an API made by hand is adopted, not rewritten.
func apiUpdate(s spec.Spec, server spec.Server, scopes []Scope, have Values) []Field {
	var fields []Field
	set := func(path string, want any) {
		if !equal(have[path], want) {
			fields = append(fields, Field{Path: path, Before: have[path], After: want})
		}
	}
	if server.Name != "" {
		set("name", server.Name)
	}
	set("allow_offline_access", !s.NoOfflineAccess)
	if before, _ := have["scopes"].([]Scope); len(scopes) > 0 {
		if union, changed := unionScopes(before, scopes); changed {
			fields = append(fields, Field{Path: "scopes", Before: have["scopes"], After: union})
		}
	}
	if s.TokenLifetime > 0 {
		set("token_lifetime", int(s.TokenLifetime.Seconds()))
	}
	return fields
}

func diffGrant(server spec.Server, api *Object, grants []Object) Change {
	_, values := wantedScopes(server)
	for _, g := range grants {
		if g.Values["subject_type"] != "user" {
			continue
		}
		if g.Values["allow_all_scopes"] == true {
			return Change{Action: None, Kind: KindGrant, Key: server.URL, ID: g.ID}
		}
		before, _ := g.Values["scope"].([]string)
		lost := lostScopes(api, before, values)
		union, changed := unionStrings(without(before, lost), values)
		var fields []Field
		if changed {
			fields = []Field{{Path: "scope", Before: g.Values["scope"], After: union}}
		}
		impact := "every third-party application may ask users for these scopes, those registered already included"
		if len(lost) > 0 {
			impact += "; the API no longer has " + strings.Join(lost, ", ") + ", so Auth0 wouldn't take it with the grant"
		}
		return change(KindGrant, server.URL, g, fields, impact)
	}
	if len(grants) > 0 {
		return grantConflict(server.URL, grants[0])
	}
	union, _ := unionStrings(nil, values)
	return creation(KindGrant, server.URL, []Field{
		{Path: "default_for", After: "third_party_clients"},
		{Path: "audience", After: server.URL},
		{Path: "subject_type", After: "user"},
		{Path: "scope", After: union},
	}, "every third-party application may ask users for access to this API")
}

// lostScopes are those of a grant that its API has no more and nobody asks for: no token can have them, and Auth0 refuses
// a grant that is written with scopes beyond its API's.
func lostScopes(api *Object, granted, wanted []string) []string {
	has := slices.Clone(wanted)
	if api != nil {
		scopes, _ := api.Values[PathScopes].([]Scope)
		for _, s := range scopes {
			has = append(has, s.Value)
		}
	}
	return without(granted, has)
}

// Level is the change that lifts a connection to domain level, or takes it down again. Auth0 replaces a connection's
// display name by its name where a PATCH leaves it out, so the current one is sent along, and nothing else.
func Level(object Object, domain bool) Change {
	name, _ := object.Values["name"].(string)
	if current, _ := object.Values[pathDomainLevel].(bool); current == domain {
		return Change{Action: None, Kind: KindConnection, Key: name, ID: object.ID}
	}
	fields := []Field{{Path: pathDomainLevel, Before: object.Values[pathDomainLevel], After: domain}}
	if display, ok := object.Values["display_name"]; ok {
		fields = append(fields, Field{Path: "display_name", Before: display, After: display})
	}
	impact := "every third-party application can log users in through it"
	if !domain {
		impact = "third-party applications can no longer log users in through it"
	}
	return change(KindConnection, name, object, fields, impact)
}

const pathDomainLevel = "is_domain_connection"
