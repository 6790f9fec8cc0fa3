namespace Tain.Ecosystems.Setup;

/// <summary>A variable in the environment of a client of this server. The value is one line without control characters; it may hold anything else.</summary>
internal readonly record struct ClientVariable(string Name, string Value);
