-- Retractions whose original has not been looked for yet: hardly ever more than a few rows. 131072 is MessageFlags.Unapplied.
CREATE INDEX message_unapplied ON message (user_id, id) WHERE (flags & 131072) <> 0;
