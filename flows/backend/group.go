package backend

// Member returns a member of the group by id.
func (g Group) Member(id MemberID) (Member, bool) {
	for _, p := range g.Members {
		if p.ID == id {
			return p, id != ""
		}
	}
	return Member{}, false
}

// Related returns the members who have one of some kinships to the account's own affiliate: those who certainly do, those
// who have it or its counterpart of the other sex, and those whose kinship the back end does not name.
func (g Group) Related(kins []string) (certain, open, loose []MemberID) {
	for _, p := range g.Members {
		if p.ID == g.Own {
			continue
		}
		is, may, any := kinMeans(kins, p.Kinship)
		switch {
		case is:
			certain = append(certain, p.ID)
		case may:
			open = append(open, p.ID)
		case any:
			loose = append(loose, p.ID)
		}
	}
	return certain, open, loose
}
