namespace Tain.Ecosystems.Setup;

/// <summary>What the clients of one ecosystem are told, all of it for a URL of this server without a slash at its end.</summary>
/// <param name="Name">As in <c>/setup/NAME.sh</c> and <c>NAME.html</c>, its part of the page.</param>
/// <param name="VariablesFor">What goes into the scripts.</param>
/// <param name="PageValuesFor">What <c>{{v.…}}</c> stands for in its part of the page.</param>
internal sealed record ClientSetup(string Name, Func<string, IReadOnlyList<ClientVariable>> VariablesFor, Func<string, IReadOnlyDictionary<string, string>> PageValuesFor);
