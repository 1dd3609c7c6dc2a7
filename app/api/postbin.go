package api

import "postbag/backend/domain"

// DeleteForGood deletes a post in the bin for ever, with its drafts and versions. One that was ever
// planned stays there, since its deliveries are the record of what was sent.
func (s *PostService) DeleteForGood(id string) (err error) {
	defer s.done(&err)
	if err := s.Posts.Purge(s.ctx, domain.PostID(id)); err != nil {
		return err
	}
	s.Events.Changed(TopicPosts, []string{id})
	return nil
}
