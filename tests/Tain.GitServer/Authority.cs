using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tain.GitHosting;

/// <summary>What is wrong with a host's certificate.</summary>
public enum CertificateFault
{
    None,
    UnknownAuthority,
    WrongName,
    Expired,
}

/// <summary>A certificate authority of this process' own: certificates for any host, made when first asked for.</summary>
internal sealed class Authority : IDisposable
{
    private readonly X509Certificate2 _root = MakeRoot("Tain git test root"), _unknown = MakeRoot("a root that nobody trusts");
    private readonly ConcurrentDictionary<(string, CertificateFault), Lazy<X509Certificate2>> _issued = new();

    public string Pem => _root.ExportCertificatePem();

    public X509Certificate2 For(string host, CertificateFault fault) =>
        _issued.GetOrAdd((host, fault), key => new(() => Issue(key.Item1, key.Item2))).Value;

    public void Dispose()
    {
        _root.Dispose();
        _unknown.Dispose();
        foreach (var certificate in _issued.Values)
            certificate.Value.Dispose();
    }

    private static X509Certificate2 MakeRoot(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(30));
    }

    private X509Certificate2 Issue(string host, CertificateFault fault)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(fault == CertificateFault.WrongName ? "another.example" : host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var until = fault == CertificateFault.Expired ? DateTimeOffset.UtcNow.AddHours(-1) : DateTimeOffset.UtcNow.AddDays(29);
        using var signed = request.Create(
            fault == CertificateFault.UnknownAuthority ? _unknown : _root, DateTimeOffset.UtcNow.AddDays(-1), until, RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);
        // SslStream wants a key that is not ephemeral.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
