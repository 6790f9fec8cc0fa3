namespace Tain.Http;

/// <summary><c>log.format</c>: auto is text on a terminal, else JSON.</summary>
internal enum LogFormat { Auto, Json, Text }
