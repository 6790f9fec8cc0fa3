using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tain.Upstream;

/// <summary>Whose certificates are believed: those the system trusts, and beside them the roots of <c>upstream.ca-bundle</c>
/// (companies intercept TLS). A name that does not match is never forgiven.</summary>
internal sealed class ServerTrust : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection bundle = [];

    /// <summary>Throws <see cref="InvalidDataException"/> with the remedy when the bundle cannot be used.</summary>
    public ServerTrust(string? bundlePath)
    {
        if (bundlePath is null)
            return;
        try
        {
            bundle.ImportFromPemFile(bundlePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InvalidDataException($"upstream.ca-bundle: {bundlePath} cannot be read: {e.Message}", e);
        }

        if (bundle.Count == 0)
            throw new InvalidDataException($"upstream.ca-bundle: {bundlePath} holds no certificate: it must be a PEM file with BEGIN CERTIFICATE blocks");
    }

    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        var host = sender is SslStream stream ? stream.TargetHostName : "the server";
        if (certificate is not X509Certificate2 leaf || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            throw new AuthenticationException($"{host} sent no certificate");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            throw new AuthenticationException($"the certificate is not for {host} but for {Secrets.OneLine(leaf.GetNameInfo(X509NameType.DnsName, false), 60)}");
        var why = chain;
        using var own = new X509Chain();
        if (bundle.Count > 0)
        {
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.CustomTrustStore.AddRange(bundle);
            own.ChainPolicy.ExtraStore.AddRange(bundle);
            if (chain is not null)
            {
                own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
                foreach (var element in chain.ChainElements)
                    own.ChainPolicy.ExtraStore.Add(element.Certificate);
            }

            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            own.ChainPolicy.DisableCertificateDownloads = true;
            own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
            if (own.Build(leaf))
                return true;
            why = own;
        }

        var status = why is null ? "" : string.Join(", ", why.ChainStatus.Select(s => s.Status.ToString()).Distinct());
        throw new AuthenticationException($"the certificate of {host} is not trusted ({status}): if your company issues it, name its root in upstream.ca-bundle");
    }

    public void Dispose()
    {
        foreach (var certificate in bundle)
            certificate.Dispose();
    }
}
