package enginetest

import "fmt"

// shards is who holds what.
type shards struct {
	holder map[string]Record // the last time that a shard was given
}

// given judges that fences rise, and that no two processes have the same.
func (j *judge) given(r Record) {
	if h := j.shards.holder[r.Shard]; r.Fence < h.Fence || r.Fence == h.Fence && r.By != h.By {
		j.breaks(Unfenced, r, fmt.Sprintf("%s is given shard %s under %d, behind %d of %s", r.By, r.Shard, r.Fence, h.Fence, h.By))
	}
	j.shards.holder[r.Shard] = r
}

// wrote judges a write that the store took: only who was given a fence uses it, and only the last one counts.
func (j *judge) wrote(r Record) {
	if h := j.shards.holder[r.Shard]; r.Fence != h.Fence || r.By != h.By {
		j.breaks(Unfenced, r, fmt.Sprintf("a %s of %s is taken in shard %s under %d; it is %s's under %d", r.Class, r.By, r.Shard, r.Fence, h.By, h.Fence))
	}
}
