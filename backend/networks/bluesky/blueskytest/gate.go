package blueskytest

// Gates are who may answer or quote a post, as readers are told.
type Gates struct {
	// Replies are the rules of those who may answer ("app.bsky.feed.threadgate#mentionRule"); empty
	// means nobody, nil everybody.
	Replies []string
	// NoQuotes says that nobody may quote the post.
	NoQuotes bool
}

// Gates returns what holds for the post at an address. A gate counts under the key of its post in
// the same repository, and names it (lexicons app.bsky.feed.threadgate and app.bsky.feed.postgate,
// 2026-08-20); what answers a post stands behind the gate of the first one.
func (s *Server) Gates(uri string) Gates {
	s.mu.Lock()
	defer s.mu.Unlock()
	var g Gates
	post := s.find(uri)
	if post == nil {
		return g
	}
	g.NoQuotes = len(s.rules(postgateCollection, *post, "embeddingRules")) > 0
	root := post
	if reply, ok := post.value["reply"].(map[string]any); ok {
		first, _ := reply["root"].(map[string]any)
		to, _ := first["uri"].(string)
		root = s.find(to)
	}
	if root != nil {
		g.Replies = s.rules(threadgateCollection, *root, "allow")
	}
	return g
}

// rules lists the rules in the gate of a post, nil if it has none. The lock is held.
func (s *Server) rules(collection string, post record, field string) []string {
	gate := s.at(collection, post.key)
	if gate == nil || gate.value["post"] != post.uri() {
		return nil
	}
	list, ok := gate.value[field].([]any)
	if !ok {
		return nil
	}
	names := []string{}
	for _, v := range list {
		rule, _ := v.(map[string]any)
		name, _ := rule["$type"].(string)
		names = append(names, name)
	}
	return names
}

// Records counts the stored records of a collection.
func (s *Server) Records(collection string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.records {
		if r.collection == collection {
			n++
		}
	}
	return n
}
