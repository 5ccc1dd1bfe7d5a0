package sandbox

import (
	"maps"
	"slices"
)

// object is a JSON object as the tenant holds it. A stored object is never changed in place: it is replaced, so that an
// answer may be written without holding the store's lock.
type object = map[string]any

func text(o object, key string) string {
	s, _ := o[key].(string)
	return s
}

func truth(o object, key string) bool {
	b, _ := o[key].(bool)
	return b
}

// child is the object under key; nil when there is none.
func child(o object, key string) object {
	c, _ := o[key].(object)
	return c
}

// texts are the strings of the array under key, never nil.
func texts(o object, key string) []string {
	out := []string{}
	switch list := o[key].(type) {
	case []string:
		return append(out, list...)
	case []any:
		for _, v := range list {
			if s, ok := v.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

func toAny(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// collection keeps objects in the order of their creation, found by id and by the key that a human knows.
type collection struct {
	id, alt string // the fields' names; alt may be empty
	list    []object
	byID    map[string]int
	byAlt   map[string]int
	order   map[string]int // by id: the how-manieth object ever put here
	added   int
}

func newCollection(id, alt string) *collection {
	return &collection{id: id, alt: alt, byID: map[string]int{}, byAlt: map[string]int{}, order: map[string]int{}}
}

func (c *collection) get(id string) (object, bool) {
	i, ok := c.byID[id]
	if !ok {
		return nil, false
	}
	return c.list[i], true
}

func (c *collection) getAlt(key string) (object, bool) {
	i, ok := c.byAlt[key]
	if !ok {
		return nil, false
	}
	return c.list[i], true
}

// find takes either key, the id first.
func (c *collection) find(key string) (object, bool) {
	if o, ok := c.get(key); ok {
		return o, true
	}
	return c.getAlt(key)
}

// put adds the object, or replaces the one of the same id.
func (c *collection) put(o object) {
	i, ok := c.byID[text(o, c.id)]
	if ok {
		delete(c.byAlt, text(c.list[i], c.alt))
		c.list[i] = o
	} else {
		i = len(c.list)
		c.list = append(c.list, o)
		c.added++
		c.order[text(o, c.id)] = c.added
		c.byID[text(o, c.id)] = i
	}
	if c.alt != "" {
		c.byAlt[text(o, c.alt)] = i
	}
}

// remove says whether there was something to remove.
func (c *collection) remove(id string) bool {
	if _, ok := c.byID[id]; !ok {
		return false
	}
	c.removeIf(func(o object) bool { return text(o, c.id) == id })
	return true
}

func (c *collection) removeIf(drop func(object) bool) {
	kept := make([]object, 0, len(c.list))
	for _, o := range c.list {
		if drop(o) {
			delete(c.order, text(o, c.id))
			continue
		}
		kept = append(kept, o)
	}
	c.list = kept
	clear(c.byID)
	clear(c.byAlt)
	for i, o := range kept {
		c.byID[text(o, c.id)] = i
		if c.alt != "" {
			c.byAlt[text(o, c.alt)] = i
		}
	}
}

func (c *collection) where(keep func(object) bool) []object {
	out := []object{}
	for _, o := range c.list {
		if keep(o) {
			out = append(out, o)
		}
	}
	return out
}

// ordinals are the places of objects in the order of their creation, which stay when others go. Of an object that is
// gone it is 0.
func (c *collection) ordinals(all []object) []int {
	out := make([]int, len(all))
	for i, o := range all {
		out[i] = c.order[text(o, c.id)]
	}
	return out
}

func (c *collection) all() []object { return append([]object{}, c.list...) }

// merged is a copy of o with the patch's keys; a null clears the key.
func merged(o, patch object) object {
	out := make(object, len(o)+len(patch))
	maps.Copy(out, o)
	for k, v := range patch {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}

func without(o object, keys ...string) object {
	out := maps.Clone(o)
	maps.DeleteFunc(out, func(k string, _ any) bool { return slices.Contains(keys, k) })
	return out
}
