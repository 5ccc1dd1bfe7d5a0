// Package sandbox is a local tenant that behaves like Auth0: the Management API with its rules (scopes, paging,
// validation texts, conflicts, rate limits) and the token endpoint behind it, held in memory and served on loopback.
//
// It exists to be tried, to serve in continuous integration and to be tested against, so it never depends on who asks:
// whatever Auth0 is known to answer, it answers, also to the auth0 CLI, the Terraform provider and the Deploy CLI.
// For the same reason it shares no code with the rest of the module.
package sandbox
