using Npgsql;

namespace Presence.Storage.Postgres;

/// <summary>Which composite type of the schema each of the row types is.</summary>
internal static class WriteTypes
{
    public static NpgsqlDataSource Source(string connectionString, string schema)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        Keys(builder, schema);
        Rows(builder, schema);
        builder.MapComposite<WriteStep>($"{schema}.write_step");
        return builder.Build();
    }

    private static void Keys(NpgsqlDataSourceBuilder builder, string schema)
    {
        builder.MapComposite<EndedSession>($"{schema}.ended_session");
        builder.MapComposite<AcknowledgedDelivery>($"{schema}.acknowledged_delivery");
        builder.MapComposite<TrimmedOutbox>($"{schema}.trimmed_outbox");
        builder.MapComposite<MessageKey>($"{schema}.message_key");
        builder.MapComposite<RegistrationKey>($"{schema}.registration_key");
        builder.MapComposite<PushKey>($"{schema}.push_key");
        builder.MapComposite<UserText>($"{schema}.user_text");
        builder.MapComposite<DocumentKey>($"{schema}.document_key");
    }

    private static void Rows(NpgsqlDataSourceBuilder builder, string schema)
    {
        builder.MapComposite<NewAccount>($"{schema}.new_account");
        builder.MapComposite<AccountKeys>($"{schema}.account_keys");
        builder.MapComposite<AccountPreferences>($"{schema}.account_preferences");
        builder.MapComposite<AccountCursors>($"{schema}.account_cursors");
        builder.MapComposite<RosterVersion>($"{schema}.roster_version");
        builder.MapComposite<StoredSession>($"{schema}.stored_session");
        builder.MapComposite<StoredSessionDoc>($"{schema}.stored_session_doc");
        builder.MapComposite<StoredRegistration>($"{schema}.stored_registration");
        builder.MapComposite<StoredPush>($"{schema}.stored_push");
        builder.MapComposite<StoredRosterItem>($"{schema}.stored_roster_item");
        builder.MapComposite<StoredDocument>($"{schema}.stored_document");
        builder.MapComposite<StoredMessage>($"{schema}.stored_message");
        builder.MapComposite<RewrittenMessage>($"{schema}.rewritten_message");
        builder.MapComposite<StoredDelivery>($"{schema}.stored_delivery");
        builder.MapComposite<StoredOutboxItem>($"{schema}.stored_outbox_item");
        builder.MapComposite<StoredOutboxCursor>($"{schema}.stored_outbox_cursor");
    }
}
