package sandbox

import (
	"net/http"
	"strings"
)

// clientByID finds a client by its id or, where the tenant supports them, by its metadata document's URL.
func (t *Tenant) clientByID(id string) (object, bool) {
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	if client, known := t.store.clients.get(id); known {
		return client, true
	}
	if !t.namesDocument(id) {
		return nil, false
	}
	client := t.store.byDocument(id)
	return client, client != nil
}

// namesDocument says whether a client id is to be read as a URL. The store's lock must be held.
func (t *Tenant) namesDocument(id string) bool {
	isURL := strings.HasPrefix(id, "https://") || strings.HasPrefix(id, "http://")
	return isURL && truth(t.store.settings, "client_id_metadata_document_supported")
}

// requestingClient is the client of an /authorize request. A metadata document is read anew each time, and its client
// made or brought up to date.
func (t *Tenant) requestingClient(id string) (object, *denial) {
	t.store.mu.RLock()
	documented := t.namesDocument(id)
	t.store.mu.RUnlock()
	if documented {
		return t.documentedClient(id)
	}
	client, known := t.clientByID(id)
	if !known {
		return nil, pageOnly(http.StatusBadRequest, "invalid_request", "Unknown client: "+id)
	}
	return client, nil
}

func (t *Tenant) documentedClient(address string) (object, *denial) {
	mapped, problem := fetchDocument(address)
	if problem != nil {
		return nil, pageOnly(http.StatusBadRequest, "invalid_client", problem.text)
	}
	var client object
	_, failure := t.write(func(s *store) (reply, *apiError) {
		if known := s.byDocument(address); known != nil {
			client = merged(known, mapped.fields)
			s.clients.put(client)
			return noContent()
		}
		added, err := t.addClient(s, merged(mapped.fields, object{
			"is_first_party": false, "external_metadata_type": "cimd", "external_metadata_created_by": "client",
		}))
		client = added
		return reply{}, err
	})
	if failure != nil {
		return nil, pageOnly(failure.Status, "access_denied", failure.Message)
	}
	return client, nil
}
